import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The cache folder: `OSTINATO_CACHE`, or a subfolder of the user's cache folder (XDG Base Directory Specification;
 * `LOCALAPPDATA` on Windows; `Library/Caches` on macOS).
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const { OSTINATO_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = environment;
  if (OSTINATO_CACHE) return OSTINATO_CACHE;
  if (platform === "win32") return join(LOCALAPPDATA || join(home, "AppData", "Local"), "ostinato", "Cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "ostinato");
  // The specification requires relative paths to be ignored.
  const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, ".cache");
  return join(base, "ostinato");
}
