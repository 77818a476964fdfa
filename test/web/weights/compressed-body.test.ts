import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { CheckpointError } from "../../../models/errors.ts";
import { shuffle } from "../../../web/weights/byte-shuffle.ts";
import { CompressedBody } from "../../../web/weights/compressed-body.ts";

const WEIGHTS = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
const COMPRESSED = Uint8Array.from(gzipSync(shuffle(WEIGHTS)));

async function decompress(
  bytes: Uint8Array<ArrayBuffer>,
  body = new CompressedBody("a file"),
): Promise<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 5000) await body.add(bytes.slice(at, at + 5000));
  return body.whole();
}

test("decompresses what it is given", async () => {
  const body = new CompressedBody("a file");
  expect(Buffer.from(await decompress(COMPRESSED, body)).equals(WEIGHTS)).toBe(true);
  expect(body.bytes).toBe(COMPRESSED.length);
});

test("begins again after it was cleared", async () => {
  const body = new CompressedBody("a file");
  await body.add(COMPRESSED.slice(0, 500));
  body.clear();
  expect(body.bytes).toBe(0);
  expect(Buffer.from(await decompress(COMPRESSED, body)).equals(WEIGHTS)).toBe(true);
});

const changed = (at: number): Uint8Array<ArrayBuffer> =>
  COMPRESSED.map((byte, i) => (i === at ? byte ^ 4 : byte));

test.each<[string, Uint8Array<ArrayBuffer>]>([
  ["is empty", new Uint8Array()],
  ["is cut off", COMPRESSED.slice(0, -9)],
  ["is cut off in its checksum", COMPRESSED.slice(0, -1)],
  ["is followed by other bytes", Uint8Array.of(...COMPRESSED, 1, 2, 3)],
  ["has another first byte", changed(0)],
  ["has another byte in its middle", changed(COMPRESSED.length >> 1)],
  ["has another checksum", changed(COMPRESSED.length - 6)],
  ["has other contents", Uint8Array.from(gzipSync(WEIGHTS))],
])("refuses a file that %s", async (_, bytes) => {
  const refusal = await decompress(bytes).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CheckpointError);
  expect(refusal).toMatchObject({ message: "a file is damaged", code: "bad-safetensors" });
});
