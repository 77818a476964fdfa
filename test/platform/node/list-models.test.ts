import { expect, it } from "vitest";
import { readConfig } from "../../../models/index.ts";
import { modelUse } from "../../../src/platform/node/list-models.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { fileURLToPath } from "node:url";

const configOf = async (folder: string) =>
  readConfig(await checkpointFolder(fileURLToPath(new URL(`../../../${folder}`, import.meta.url))));

it("a model writes music or text by its vocabulary, or by its number of ids", async () => {
  expect(modelUse("piano", await configOf("models/piano"))).toEqual({
    kind: "music",
    tasks: ["continue", "accompany", "infill", "ending", "style"],
  });
  expect(modelUse("shakespeare", await configOf("models/shakespeare")).kind).toBe("text");
  expect(modelUse("any", await configOf("test/models/golden/scaled-float16"))).toEqual({
    kind: "music",
    tasks: ["continue", "accompany", "infill"],
  });
});
