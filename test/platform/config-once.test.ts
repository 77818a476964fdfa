import { expect, it } from "vitest";
import { type CheckpointFiles, checkpointInMemory, readConfig, readIfThere } from "../../models/index.ts";
import { configOnce } from "../../src/platform/config-once.ts";
import { TINY_TEXT_CONFIG } from "../tiny-text-checkpoint.ts";

function counting(files: ReadonlyMap<string, string>): {
  readonly files: CheckpointFiles;
  readonly opened: string[];
} {
  const bytes = new Map(Array.from(files, ([name, text]) => [name, new TextEncoder().encode(text)]));
  const opened: string[] = [];
  const inMemory = checkpointInMemory(bytes);
  const open: CheckpointFiles["open"] = async (name) => {
    opened.push(name);
    return inMemory.open(name);
  };
  return { files: { open }, opened };
}

it("opens config.json once, other files on every call", async () => {
  const { files, opened } = counting(
    new Map([
      ["config.json", JSON.stringify(TINY_TEXT_CONFIG)],
      ["merges.txt", "t h"],
    ]),
  );
  const once = configOnce(files);
  expect((await readConfig(once)).vocabularySize).toBe(262);
  expect((await readConfig(once)).vocabularySize).toBe(262);
  await readIfThere(once, "merges.txt");
  await readIfThere(once, "merges.txt");
  expect(opened).toEqual(["config.json", "merges.txt", "merges.txt"]);
});

it("throws the error of the files when config.json is missing", async () => {
  const { files } = counting(new Map([["merges.txt", "t h"]]));
  await expect(readConfig(configOnce(files))).rejects.toThrow("config.json is missing");
});
