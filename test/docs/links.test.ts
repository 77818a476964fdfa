/** Every link of the documentation to another place in the repository leads somewhere. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { markdownFiles } from "./markdown-files.ts";
import { ROOT } from "./scratch.ts";

const documents = markdownFiles();

/** `[words](target)`, `![words](target)` */
const LINK = /\]\(([^)\s]+)\)/g;

it.each(documents)("%s", (path) => {
  const links = [...proseOf(path).matchAll(LINK)].map(([, target = ""]) => target);
  const broken = links.filter((target) => !/^(https?|mailto):/.test(target) && !isThere(path, target));
  expect(broken).toEqual([]);
});

it("has links to check", () => {
  expect(documents.flatMap((path) => [...proseOf(path).matchAll(LINK)]).length).toBeGreaterThan(50);
});

function isThere(from: string, target: string): boolean {
  const [file = "", heading] = target.split("#");
  const path = file === "" ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, path))) return false;
  return heading === undefined || headingsOf(path).includes(heading);
}

/** The names that GitHub gives headings: small letters, words joined by hyphens, no other signs. */
function headingsOf(path: string): string[] {
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, words = ""]) =>
    words
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** A document without its code blocks. */
function proseOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8").replaceAll(/^(`{3,}).*?^\1$/gms, "");
}
