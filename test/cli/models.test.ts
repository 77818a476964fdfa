import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const env = { HF_HUB_CACHE: mkdtempSync(join(tmpdir(), "ostinato-models-")) };

it("lists the included models with their tasks and folders", async () => {
  const { code, stdout } = await runCli(["models", "--json"], { env });
  expect(code).toBe(0);
  const root = fileURLToPath(new URL("../../models/", import.meta.url));
  expect(JSON.parse(stdout).models).toMatchObject([
    {
      name: "piano",
      source: "package",
      folder: join(root, "piano"),
      license: "cc-by-sa-4.0",
      kind: "music",
      tasks: expect.arrayContaining(["continue", "accompany", "infill"]),
      problem: null,
    },
    { name: "shakespeare", kind: "text", tasks: ["continue"], window: 256, license: "cc-by-sa-4.0" },
  ]);
});

it("prints the list as a table", async () => {
  const { stdout, stderr } = await runCli(["models"], { env });
  const [heading = "", ...rows] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^name +writes +tasks +window +size +license +folder$/);
  expect(rows.map((row) => row.split(/ +/).slice(0, 2))).toEqual([
    ["piano", "music"],
    ["shakespeare", "text"],
  ]);
  const column = heading.indexOf("folder");
  for (const row of rows) expect(row.slice(column)).toMatch(/models.(piano|shakespeare)$/);
  expect(stderr).toContain("--model gpt2");
  expect((await runCli(["models", "--quiet"], { env })).stderr).toBe("");
});
