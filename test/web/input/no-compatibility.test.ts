import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const WEB = join(import.meta.dirname, "../../../web");

it("the page does not use the readers that its build leaves out", () => {
  const files = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".ts") && !name.startsWith("dist") && name !== join("input", "no-compatibility.ts"),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((name) => /\bcompatibility\b/.test(readFileSync(join(WEB, name), "utf8")))).toEqual([
    "vite.config.ts",
  ]);
});
