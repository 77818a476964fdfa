import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CheckpointError, readSafetensors, writeSafetensors } from "../../../models/index.ts";

const f32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** A file of any header and a number of data bytes. */
function file(header: string | Uint8Array, dataBytes: number, headerLength?: number): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (begin: number, end: number, more = {}): object => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
  ...more,
});

test("written tensors are read back", () => {
  const written = writeSafetensors([
    { name: "a", dtype: "F32", shape: [2, 2], bytes: f32(1, 2, 3, 4) },
    { name: "b.weight", dtype: "U8", shape: [3], bytes: Uint8Array.of(7, 8, 9) },
    { name: "scalar", dtype: "F32", shape: [], bytes: f32(5) },
    { name: "nothing", dtype: "F32", shape: [0, 4], bytes: new Uint8Array() },
  ]);
  const tensors = new Map(readSafetensors(written).map((tensor) => [tensor.name, tensor]));
  expect([...tensors.keys()].sort()).toEqual(["a", "b.weight", "nothing", "scalar"]);
  const b = tensors.get("b.weight");
  expect([...written.subarray(b?.begin, b?.end)]).toEqual([7, 8, 9]);
  expect(tensors.get("a")).toMatchObject({ dtype: "F32", shape: [2, 2] });
  expect((tensors.get("a")?.begin ?? 1) % 8).toBe(0);
});

test("skips metadata and padding", () => {
  const header = JSON.stringify({ __metadata__: { format: "pt" }, a: entry(0, 8) });
  expect(readSafetensors(file(`${header}   `, 8))).toHaveLength(1);
  expect(readSafetensors(file("{}", 0))).toEqual([]);
});

describe("throws for", () => {
  const json = JSON.stringify;
  const cases: [string, Uint8Array, RegExp][] = [
    ["an empty file", new Uint8Array(), /has 0 bytes/],
    ["seven bytes", new Uint8Array(7), /has 7 bytes/],
    [
      "a header beyond the file",
      file("{}", 0, 1000),
      /the header length is 1000 bytes, in a file of 10 bytes/,
    ],
    ["a header beyond any limit", file("{}", 0, 2 ** 52), /the header length is 4503599627370496 bytes/],
    ["no JSON", file("<html>", 0), /not JSON: it begins with "<html>"/],
    ["no object", file("[]", 0), /not a JSON object/],
    ["no UTF-8", file(Uint8Array.of(0x7b, 0xff, 0x7d), 0), /not UTF-8/],
    ["an entry that is not an object", file(json({ a: 3 }), 0), /"a" is not described by an object/],
    ["an unknown dtype", file(json({ a: entry(0, 4, { dtype: "F13" }) }), 4), /dtype "F13"/],
    ["no dtype", file(json({ a: entry(0, 4, { dtype: undefined }) }), 4), /dtype undefined/],
    [
      "a dtype from the prototype",
      file(json({ a: entry(0, 4, { dtype: "toString" }) }), 4),
      /dtype "toString"/,
    ],
    ["a negative size", file(json({ a: entry(0, 4, { shape: [-1, -1] }) }), 4), /shape \[-1,-1\]/],
    ["a fractional size", file(json({ a: entry(0, 4, { shape: [0.5, 2] }) }), 4), /shape \[0.5,2\]/],
    [
      "sizes that overflow",
      file(json({ a: entry(0, 4, { shape: [2 ** 50, 2 ** 50] }) }), 4),
      /takes .* but has 4/,
    ],
    ["a shape that is not a list", file(json({ a: entry(0, 4, { shape: "1" }) }), 4), /shape "1"/],
    [
      "a size other than the shape's",
      file(json({ a: entry(0, 8, { shape: [3] }) }), 8),
      /takes 12 bytes, but has 8/,
    ],
    [
      "descending offsets",
      file(json({ a: entry(0, 4, { data_offsets: [4, 0] }) }), 4),
      /data_offsets \[4, 0\]/,
    ],
    ["one offset", file(json({ a: entry(0, 4, { data_offsets: [4] }) }), 4), /data_offsets \[4\]/],
    ["offsets beyond the file", file(json({ a: entry(0, 8) }), 4), /\[0, 8\], with 4 bytes of data/],
    ["an overlap", file(json({ a: entry(0, 8), b: entry(4, 12) }), 12), /"b" overlaps/],
    ["the same bytes twice", file(json({ a: entry(0, 8), b: entry(0, 8) }), 8), /"b" overlaps/],
    ["a hole", file(json({ a: entry(0, 4), b: entry(8, 12) }), 12), /no tensor covers bytes .* before "b"/],
    ["data that no tensor covers", file(json({ a: entry(0, 4) }), 8), /at the end of the file/],
    [
      "a tensor described twice",
      file(`{"a":${json(entry(0, 4))},"\\u0061":${json(entry(0, 4))}}`, 4),
      /"a" is described twice/,
    ],
    [
      "a file cut short",
      writeSafetensors([{ name: "a", dtype: "F32", shape: [2], bytes: f32(1, 2) }]).slice(0, -1),
      /data_offsets/,
    ],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const entryWith = (key: string, value: string): string =>
    json({ a: entry(0, 0, { [key]: "?" }) }).replace('"?"', value);
  test.each([
    [
      "a name of ten million bytes",
      `{${json("n".repeat(1e7))}:3}`,
      /^safetensors: tensor "nnn.* is not described/,
    ],
    [
      "the same name twice, of a million escapes",
      `{"__metadata__":{},"${"\\u0061".repeat(1e6)}":${json(entry(0, 0))},"${"a".repeat(1e6)}":${json(entry(0, 0))}}`,
      /described twice/,
    ],
    ["a shape nested without end", entryWith("shape", nested), /has shape a value nested too deep/],
    ["a dtype nested without end", entryWith("dtype", nested), /has dtype a value nested too deep/],
    ["offsets nested without end", entryWith("data_offsets", nested), /data_offsets a value nested too deep/],
    ["a million sizes", entryWith("shape", json(Array(1e6).fill(1))), /takes 4 bytes, but has 0/],
    ["a size of a million digits", entryWith("shape", json(["1".repeat(1e6)])), /has shape \["111/],
  ])("%s, with a short message", (_, header, message) => {
    const reading = (): unknown => readSafetensors(file(header, 0));
    expect(reading).toThrow(CheckpointError);
    expect(reading).toThrow(message);
    expect(reading).toThrow(/^.{0,250}$/);
  });

  test("damage of any kind gives a CheckpointError, or tensors within the file", () => {
    const good = writeSafetensors([
      { name: "a", dtype: "F32", shape: [2], bytes: f32(1, 2) },
      { name: "b", dtype: "F16", shape: [3], bytes: new Uint8Array(6) },
    ]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bytes = good.slice(0, Math.max(length, at + 1));
        bytes[at] = byte;
        expect(outcome(bytes)).toMatch(/^(tensors within the file|CheckpointError)$/);
      }),
    );
  });
});

/** The outcome of reading, as a word. */
function outcome(bytes: Uint8Array): string {
  try {
    const within = readSafetensors(bytes).every(({ begin, end }) => begin <= end && end <= bytes.length);
    return within ? "tensors within the file" : "tensors beyond the file";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
