import { describe, expect, it, test } from "vitest";
import {
  checkpointInMemory,
  int8Tensors,
  openCheckpoint,
  parseConfig,
  readCheckpoint,
  readSafetensors,
  type TensorBytes,
  writeSafetensors,
} from "../../../models/index.ts";
import { halfBits, STORED_PRECISIONS } from "../../../models/checkpoint/precision.ts";
import { TINY_CONFIG } from "../../tiny-checkpoint.ts";
import { centredNumbers, randomTensors } from "../reference.ts";

const JSON_CONFIG = { ...TINY_CONFIG, vocab_size: 20, n_embd: 32, n_head: 2, n_inner: 48, max_distance: 6 };
const CONFIG = parseConfig(JSON_CONFIG);
const TENSORS = randomTensors(CONFIG, 1);
const BLOCK = 16;

function stored(block = BLOCK): TensorBytes[] {
  return [...TENSORS].flatMap(([name, tensor]) => int8Tensors(name, tensor, { block }));
}

function filesOf(tensors: readonly TensorBytes[], quantization: unknown = { kind: "int8", block: BLOCK }) {
  const config = new TextEncoder().encode(JSON.stringify({ ...JSON_CONFIG, quantization }));
  const entries = [
    ["config.json", config] as const,
    ["model.safetensors", writeSafetensors(tensors)] as const,
  ];
  return checkpointInMemory(new Map(entries));
}

/** Index of the first value that shares a scale with value `i`, by the layout's description. */
function blockOf(name: string, shape: readonly number[], i: number): number {
  const [, columns = 1] = shape;
  if (!/c_\w+\.weight$/.test(name)) return i - (i % BLOCK);
  const [row, column] = [Math.floor(i / columns), i % columns];
  return (row - (row % BLOCK)) * columns + column;
}

describe("a checkpoint stored in int8", () => {
  it("is read within half a step of each block, vectors within half precision", async () => {
    const { tensors } = await readCheckpoint(filesOf(stored()));
    expect([...tensors.keys()].sort()).toEqual([...TENSORS.keys()].sort());
    for (const [name, { shape, values }] of TENSORS) {
      const found = tensors.get(name)?.values ?? new Float32Array();
      expect(found).toHaveLength(values.length);
      const isMatrix = /wte|c_\w+\.weight|relative/.test(name);
      const largest = new Map<number, number>();
      for (const [i, value] of values.entries()) {
        const block = blockOf(name, shape, i);
        largest.set(block, Math.max(largest.get(block) ?? 0, Math.abs(value)));
      }
      for (const [i, value] of values.entries()) {
        const step = (largest.get(blockOf(name, shape, i)) ?? NaN) / 127;
        const bound = isMatrix ? step * 0.57 : Math.abs(value) / 2048; // a scale is rounded to half precision
        expect(Math.abs((found[i] ?? NaN) - value), `${name}[${i}]`).toBeLessThanOrEqual(bound);
      }
    }
  });

  it("takes about half the size of fp16", () => {
    const bytes = stored().reduce((sum, tensor) => sum + tensor.bytes.length, 0);
    const values = [...TENSORS.values()].reduce((sum, tensor) => sum + tensor.values.length, 0);
    expect(bytes / values).toBeLessThan(1.3);
  });

  it("is unchanged by a second quantization", async () => {
    const { tensors } = await readCheckpoint(filesOf(stored()));
    const again = [...tensors].flatMap(([name, tensor]) => int8Tensors(name, tensor, { block: BLOCK }));
    const { tensors: twice } = await readCheckpoint(filesOf(again));
    expect(twice).toEqual(tensors);
  });

  it("gives the same values in parts as a whole", async () => {
    const checkpoint = await openCheckpoint(filesOf(stored()));
    await expect(checkpoint.check()).resolves.toBeUndefined();
  });

  it("stores a matrix in half precision if its inputs are not a multiple of the block", () => {
    const file = readSafetensors(writeSafetensors(stored(32)));
    const dtypes = new Map(file.map(({ name, dtype }) => [name, dtype]));
    expect(dtypes.get("h.0.mlp.c_fc.weight")).toBe("I8");
    expect(dtypes.get("h.0.mlp.c_proj.weight")).toBe("F16"); // 48 inputs
    expect(dtypes.get("h.0.attn.relative.weight")).toBe("F16"); // 16 of a head
    expect(dtypes.get("h.0.ln_1.weight")).toBe("F16");
  });

  const without = (name: string): TensorBytes[] => stored().filter((tensor) => tensor.name !== name);
  const changed = (name: string, change: (tensor: TensorBytes) => TensorBytes): TensorBytes[] =>
    stored().map((tensor) => (tensor.name === name ? change(tensor) : tensor));

  it.each([
    ["no scales", filesOf(without("wte.weight.scales")), /"wte.weight" is stored as I8 without scales/],
    ["no numbers", filesOf(without("wte.weight")), /"wte.weight" is missing/],
    [
      "scales of another shape",
      filesOf(changed("wte.weight.scales", (tensor) => ({ ...tensor, shape: [2, 20] }))),
      /"wte.weight.scales" has shape \[2, 20\]/,
    ],
    ["another block in config.json", filesOf(stored(), { kind: "int8", block: 8 }), /scales" has shape/],
    ["nothing in config.json", filesOf(stored(), null), /does not describe/],
    ["another kind", filesOf(stored(), { kind: "int4", block: 16 }), /"quantization" is \{"kind":"int4"/],
    ["a hostile block", filesOf(stored(), { kind: "int8", block: 0 }), /"quantization" is/],
    [
      "an infinite scale",
      filesOf(
        changed("wte.weight.scales", (tensor) => ({
          ...tensor,
          bytes: new Uint8Array(tensor.bytes.length).fill(0x7c),
        })),
      ),
      /"wte.weight.*" holds/,
    ],
    [
      "a vector in int8",
      filesOf(
        changed("ln_f.bias", ({ shape, name }) => ({ name, dtype: "I8", shape, bytes: new Uint8Array(32) })),
      ),
      /"ln_f.bias" is stored as I8/,
    ],
  ])("throws for %s", async (_, files, message) => {
    const failure = readCheckpoint(files);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ name: "CheckpointError" });
  });

  it("throws for values beyond half precision", () => {
    const tensor = { shape: [2], values: Float32Array.of(1, 70000) };
    expect(() => int8Tensors("ln_f.bias", tensor, { block: 16 })).toThrow(/holds 70000/);
  });
});

test("halfBits returns every half unchanged, and rounds other values to the nearest, ties to even", () => {
  const bits = Uint16Array.from({ length: 0x7c00 }, (_, half) => half);
  const values = STORED_PRECISIONS.F16.expand(new Uint8Array(bits.buffer));
  const wrong: number[] = [];
  for (const [half, value] of values.entries()) {
    const next = half === 0x7bff ? 65536 : (values[half + 1] ?? NaN);
    const middle = (value + next) / 2;
    const even = half % 2 === 0 ? half : half + 1;
    const cases = [
      [value, half],
      [-value, half | 0x8000],
      [value + (middle - value) * 0.99, half],
      [middle + (next - middle) * 0.01, half + 1],
      [middle, even],
    ] as const;
    if (cases.some(([number, expected]) => halfBits(number) !== expected)) wrong.push(half);
  }
  expect(wrong).toEqual([]);
  expect(halfBits(Infinity)).toBe(0x7c00);
  expect(halfBits(-1e9)).toBe(0xfc00);
  expect(halfBits(NaN)).toBe(0x7e00);
  expect(halfBits(-0)).toBe(0x8000);
  for (const number of centredNumbers(1000, 1)) {
    const [back = NaN] = STORED_PRECISIONS.F16.expand(
      new Uint8Array(Uint16Array.of(halfBits(number)).buffer),
    );
    expect(Math.abs(back - number)).toBeLessThanOrEqual(Math.abs(number) / 2048);
  }
});
