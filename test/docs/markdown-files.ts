import { readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { ROOT } from "./scratch.ts";

/** The repository's own documentation: paths from the root, with slashes. */
export function markdownFiles(): string[] {
  const isOurs = (path: string): boolean => !/(^|\/)(node_modules|dist|\.\w+)\//.test(path);
  return readdirSync(ROOT)
    .filter((name) => isOurs(`${name}/`))
    .flatMap((name) => {
      if (!statSync(join(ROOT, name)).isDirectory()) return [name];
      const below = readdirSync(join(ROOT, name), { recursive: true, encoding: "utf8" });
      return below.map((path) => join(name, path).split(sep).join("/"));
    })
    .filter((path) => path.endsWith(".md") && isOurs(path))
    .sort();
}
