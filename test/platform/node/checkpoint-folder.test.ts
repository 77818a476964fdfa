import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";

it("reads any part of a file, and reports the end of a file truncated meanwhile", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-checkpoint-folder-"));
  const path = join(folder, "model.safetensors");
  writeFileSync(
    path,
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  const file = await (await checkpointFolder(folder)).open("model.safetensors");
  expect(file.bytes).toBe(100);
  expect([...(await file.read(10, 13))]).toEqual([10, 11, 12]);
  truncateSync(path, 50);
  expect([...(await file.read(48, 50))]).toEqual([48, 49]);
  await expect(file.read(40, 60)).rejects.toMatchObject({
    name: "CheckpointError",
    message: `${path} ends at byte 50`,
    hint: expect.stringContaining("changed while it was read"),
  });
  await file.close();
});
