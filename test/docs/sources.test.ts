import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { codeBlocks } from "./blocks.ts";
import { checkSources, sourcePath } from "./sources.ts";

const fence = "```";

it("takes a block for a source file if its first line names the file", () => {
  expect(sourcePath({ language: "ts", text: "// src/cli/count.ts\nrun();" })).toBe("src/cli/count.ts");
  expect(sourcePath({ language: "ts", text: "// counts notes\nrun();" })).toBe(undefined);
  expect(sourcePath({ language: "sh", text: "// src/cli/count.ts\nrun" })).toBe(undefined);
});

it("checks the types of source files against the repository", async () => {
  const source = (count: string): string =>
    [
      `${fence}ts`,
      "// src/cli/count.ts",
      'import { pluralize } from "../../encoding/pluralize.ts";',
      `export const words = pluralize(${count}, "note");`,
      fence,
    ].join("\n");
  const check = (count: string): Promise<string> =>
    checkSources(mkdtempSync(join(tmpdir(), "ostinato-sources-")), codeBlocks(source(count)));
  expect(await check("2")).toBe("");
  expect(await check('"2"')).toContain("src/cli/count.ts(3,32): error TS2345");
});
