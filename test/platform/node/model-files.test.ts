import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readConfig } from "../../../models/index.ts";
import { modelFiles } from "../../../src/platform/node/model-files.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../../tiny-checkpoint.ts";

it("finds an included model, a folder and a URL, in this order", async () => {
  const folder = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-model-files-")));
  expect((await readConfig(await modelFiles(folder))).width).toBe(TINY_CONFIG.n_embd);
  expect((await readConfig(await modelFiles("piano"))).width).toBe(256);
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end(JSON.stringify({ ...TINY_CONFIG, n_embd: 32 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}/model/`;
  expect((await readConfig(await modelFiles(url))).width).toBe(32);
  expect(asked).toEqual(["/model/config.json"]);
  await expect(modelFiles(url, { offline: true })).rejects.toMatchObject({
    name: "CheckpointError",
    message: `${url} is not a local folder, and downloads are disabled`,
    hint: expect.stringContaining("--offline"),
  });
  expect(asked).toHaveLength(1);
  server.close();
});

it("reports an invalid name", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "ostinato-model-files-")), "piece.mid");
  await expect(modelFiles(file)).rejects.toThrow(`${file} does not exist`);
  writeFileSync(file, "");
  await expect(modelFiles(file)).rejects.toThrow(`${file} is a file`);
});

it("refuses a model of the hub without config.json by its name, before anything is asked", async () => {
  await expect(modelFiles("asigalov61/Orpheus-Music-Transformer")).rejects.toMatchObject({
    name: "CheckpointError",
    code: "unsupported",
    message: "asigalov61/Orpheus-Music-Transformer is Orpheus",
    hint: expect.stringContaining("this one needs a reader of .pth files, rotary positions"),
  });
});
