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

/** What builds the page runs in Node; the page is what it makes. */
const BUILD_OF_PAGE = ["web/build/", "web/vite.config.ts"];

/** Rooms of `src` that the browser-safe entries must never reach. */
const NODE_ONLY = ["src/platform/node/", "src/cli/", "src/tools/dataset/", "src/tools/doctor/"];

interface Room {
  readonly name: string;
  readonly paths: readonly string[];
  readonly where: "both" | "node" | "browser";
}

/** The floors of ARCHITECTURE.md's picture, the highest first. */
const FLOORS: readonly (readonly Room[])[] = JSON.parse(
  readFileSync(join(root, "docs/pictures/rooms.json"), "utf8"),
);
const ROOMS = FLOORS.flat();

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
    "src/platform/browser/index.ts",
    "src/platform/browser/worker/worker.ts",
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

describe("the picture of the rooms", () => {
  it("has every file in one room", () => {
    const files = Object.keys(ALLOWED).flatMap(filesBelow);
    expect(files.filter((file) => roomsOf(file).length !== 1)).toEqual([]);
    const empty = ROOMS.flatMap(({ paths }) => paths).filter(
      (path) => !files.some((file) => file.startsWith(path)),
    );
    expect(empty).toEqual([]);
  });

  it("is right that a room stands on those below it", () => {
    const wrong = Object.keys(ALLOWED)
      .flatMap(importsBelow)
      .filter(({ file, target }) => target !== undefined && !isBelow(file, target))
      .map(({ file, target }) => `${file} → ${target}`);
    expect(wrong).toEqual([]);
  });

  it.each(ROOMS)("is right that $name is a room for $where", ({ paths, where }) => {
    const modules = Object.keys(ALLOWED)
      .flatMap(importsBelow)
      .filter(({ file }) => paths.some((path) => file.startsWith(path)))
      .filter(({ file }) => !BUILD_OF_PAGE.some((path) => file.startsWith(path)))
      .map(({ module }) => module);
    expect(modules.some((module) => module.startsWith("node:"))).toBe(where === "node");
  });
});

function roomsOf(file: string): Room[] {
  return ROOMS.filter(({ paths }) => paths.some((path) => file.startsWith(path)));
}

/** Whether `target` is in the room of `file`, or on a lower floor. */
function isBelow(file: string, target: string): boolean {
  const floor = (path: string): number =>
    FLOORS.findIndex((rooms) => rooms.some((room) => roomsOf(path).includes(room)));
  return floor(target) > floor(file) || roomsOf(target)[0] === roomsOf(file)[0];
}

interface Import {
  readonly file: string;
  readonly module: string;
  /** The imported file, relative to the root; undefined for packages. */
  readonly target: string | undefined;
}

function importsBelow(room: string): Import[] {
  return filesBelow(room).flatMap(importsOf);
}

function filesBelow(room: string): string[] {
  const files = readdirSync(join(root, room), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".ts")).map((file) => `${room}/${file.split(sep).join("/")}`);
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
