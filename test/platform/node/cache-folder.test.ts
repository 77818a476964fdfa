import { expect, it } from "vitest";
import { cacheFolder } from "../../../src/platform/node/cache-folder.ts";

it.each([
  [{}, "linux", "/home/ada/.cache/ostinato"],
  [{ XDG_CACHE_HOME: "/var/cache/ada" }, "linux", "/var/cache/ada/ostinato"],
  [{ XDG_CACHE_HOME: "relative" }, "linux", "/home/ada/.cache/ostinato"],
  [{ XDG_CACHE_HOME: "" }, "freebsd", "/home/ada/.cache/ostinato"],
  [{ XDG_CACHE_HOME: "/var/cache/ada" }, "darwin", "/home/ada/Library/Caches/ostinato"],
  [{ LOCALAPPDATA: "/appdata" }, "win32", "/appdata/ostinato/Cache"],
  [{}, "win32", "/home/ada/AppData/Local/ostinato/Cache"],
  [{ OSTINATO_CACHE: "/elsewhere", XDG_CACHE_HOME: "/var/cache/ada" }, "linux", "/elsewhere"],
  [{ OSTINATO_CACHE: "/elsewhere", LOCALAPPDATA: "/appdata" }, "win32", "/elsewhere"],
] as const)("%j on %s is %s", (environment, platform, folder) => {
  expect(cacheFolder(environment, platform, "/home/ada")).toBe(folder);
});
