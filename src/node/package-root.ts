import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder that holds this package's package.json and the models that ship, whether run from source or built. */
export function packageRoot(): string {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", folder)) && folder.pathname !== "/")
    folder = new URL("../", folder);
  return fileURLToPath(folder);
}
