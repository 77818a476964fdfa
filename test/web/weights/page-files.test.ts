import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { readIfThere } from "../../../models/index.ts";
import { checkpointUrl } from "../../../src/platform/checkpoint-url.ts";
import type { DownloadProgress } from "../../../src/platform/download.ts";
import { compressedModel } from "../../../web/build/compress-weights.ts";
import { EarlyWeights } from "../../../web/weights/early-weights.ts";
import { pageFiles } from "../../../web/weights/page-files.ts";

const CONFIG = new TextEncoder().encode('{"n_layer": 2}');
const WEIGHTS = Uint8Array.from({ length: 9001 }, (_, i) => i % 7);
const COMPRESSED = compressedModel(CONFIG, WEIGHTS);

let server: Server | undefined;
let asked: string[] = [];
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The URL of a folder with these files. */
async function serve(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  asked = [];
  const started = createServer((request, response) => {
    const name = (request.url ?? "").slice("/model/".length);
    asked.push(name);
    const bytes = files.get(name);
    if (bytes) response.setHeader("Content-Length", bytes.length).end(bytes);
    else response.writeHead(404).end();
  });
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, "127.0.0.1", resolve);
  });
  const address = started.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/model/`;
}

/** Reads config and weights as the worker of the page does. */
async function weightsOf(
  folder: string,
  early = new EarlyWeights(),
  onProgress?: (progress: DownloadProgress) => void,
): Promise<Uint8Array | undefined> {
  const files = pageFiles(checkpointUrl(folder), folder, early, { onProgress });
  await readIfThere(files, "config.json");
  return readIfThere(files, "model.safetensors");
}

const SHIPPED = new Map([["model.safetensors", WEIGHTS], ...COMPRESSED]);

test("reads compressed weights where config.json names them, and reports the bytes of the download", async () => {
  const folder = await serve(SHIPPED);
  const progress: DownloadProgress[] = [];
  expect(await weightsOf(folder, undefined, (each) => progress.push(each))).toEqual(WEIGHTS);
  expect(asked).toEqual(["config.json", "model.compressed"]);
  const totalBytes = COMPRESSED.get("model.compressed")?.length;
  expect(progress.at(-1)).toEqual({ file: "model.compressed", loadedBytes: totalBytes, totalBytes });
});

test.each([
  ["names none", CONFIG],
  ["names a file of another folder", new TextEncoder().encode('{"compressed_weights": "../other"}')],
])("reads model.safetensors where config.json %s", async (_, config) => {
  const folder = await serve(new Map([...SHIPPED, ["config.json", config]]));
  expect(await weightsOf(folder)).toEqual(WEIGHTS);
  expect(asked).toEqual(["config.json", "model.safetensors"]);
});

test("uses a download that has begun, once", async () => {
  const folder = await serve(SHIPPED);
  const early = new EarlyWeights();
  early.start(`${folder}model.compressed`);
  expect(await weightsOf(folder, early)).toEqual(WEIGHTS);
  expect(asked).toEqual(["model.compressed", "config.json"]);
  expect(await weightsOf(folder, early)).toEqual(WEIGHTS);
  expect(asked).toEqual(["model.compressed", "config.json", "config.json", "model.compressed"]);
});

test("ends a download that has begun when another model is loaded", async () => {
  const folder = await serve(
    new Map([
      ["config.json", CONFIG],
      ["model.safetensors", WEIGHTS],
    ]),
  );
  const early = new EarlyWeights();
  early.start(`${folder}nowhere/model.compressed`);
  expect(await weightsOf(folder, early)).toEqual(WEIGHTS);
  expect(early.take(`${folder}nowhere/model.compressed`)).toBeUndefined();
});

test("reports damaged weights, and why a download failed that had begun", async () => {
  const cut = COMPRESSED.get("model.compressed")?.subarray(0, 50) ?? new Uint8Array();
  const folder = await serve(new Map([...SHIPPED, ["model.compressed", cut]]));
  await expect(weightsOf(folder)).rejects.toMatchObject({
    message: `${folder}model.compressed is damaged`,
    code: "bad-safetensors",
  });
  const early = new EarlyWeights();
  early.start(`${folder}model.compressed`);
  await expect(weightsOf(folder, early)).rejects.toMatchObject({ code: "bad-safetensors" });
});
