import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What each room may import from, besides itself; a prefix ending in "/" is a folder. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  encoding: [],
  models: [],
  src: ["encoding/", "models/"],
  web: ["src/", "encoding/", "models/"],
};

/** Rooms of `src` that the browser-safe entries must never reach. */
const NODE_ONLY = ["src/node/", "src/cli/", "src/dataset/", "src/doctor/"];

describe("imports", () => {
  it.each(Object.keys(ALLOWED))("of %s point one way", (room) => {
    const wrong: string[] = [];
    for (const { file, target } of importsBelow(room)) {
      const allowed = [`${room}/`, ...(ALLOWED[room] ?? [])];
      if (target !== undefined && !allowed.some((prefix) => target.startsWith(prefix)))
        wrong.push(`${file} → ${target}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    "encoding/index.ts",
    "models/index.ts",
    "src/index.ts",
    "src/engine/index.ts",
    "src/browser/index.ts",
    "src/worker/worker.ts",
  ])("of %s reach nothing that needs Node", (entry) => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { target, module } of importsOf(file)) {
        expect(module.startsWith("node:"), `${file} imports ${module}`).toBe(false);
        if (target !== undefined) visit(target);
      }
    };
    visit(entry);
    expect([...reached].filter((file) => NODE_ONLY.some((prefix) => file.startsWith(prefix)))).toEqual([]);
  });
});

interface Import {
  readonly file: string;
  readonly module: string;
  /** The imported file, relative to the root; undefined for packages. */
  readonly target: string | undefined;
}

function importsBelow(room: string): Import[] {
  const files = readdirSync(join(root, room), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => importsOf(`${room}/${file.split(sep).join("/")}`));
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), "utf8");
  const modules = source.matchAll(/(?:from|import|import\()\s*"([^"]+)"/g);
  return [...modules].map(([, module = ""]) => {
    const isRelative = module.startsWith(".");
    const target = isRelative
      ? relative(root, join(root, dirname(file), module))
          .split(sep)
          .join("/")
      : undefined;
    return { file, module, target };
  });
}
