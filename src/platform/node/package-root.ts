import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder with this package's package.json and the included models, for source and built code. */
export function packageRoot(): string {
  return fileURLToPath(rootAddress());
}

export interface PackageFacts {
  readonly version: string;
  /** The minimum version of Node, such as "20.19". */
  readonly node: string;
}

/** Facts from package.json. */
export function packageFacts(): PackageFacts {
  const json: unknown = JSON.parse(readFileSync(new URL("package.json", rootAddress()), "utf8"));
  const node = textAt(valueAt(json, "engines"), "node").replace(/^>=/, "");
  return { version: textAt(json, "version"), node };
}

function rootAddress(): URL {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", folder)) && folder.pathname !== "/")
    folder = new URL("../", folder);
  return folder;
}

function textAt(json: unknown, key: string): string {
  const value = valueAt(json, key);
  return typeof value === "string" ? value : "unknown";
}

function valueAt(json: unknown, key: string): unknown {
  return typeof json === "object" && json !== null
    ? Object.entries(json).find(([name]) => name === key)?.[1]
    : undefined;
}
