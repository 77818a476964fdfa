import { expect, test } from "vitest";
import { SpareMemory } from "../../../models/checkpoint/spare-memory.ts";

test("lends the same memory again, and other memory while it is in use", async () => {
  const spare = new SpareMemory(16);
  const used: ArrayBuffer[] = [];
  const use = async (memory: ArrayBuffer): Promise<ArrayBuffer> => {
    used.push(memory);
    return memory;
  };
  const first = await spare.withMemory(8, use);
  expect(first.byteLength).toBe(16);
  expect(await spare.withMemory(16, use)).toBe(first);
  await spare.withMemory(4, async (outer) => {
    expect(outer).toBe(first);
    expect(await spare.withMemory(4, use)).not.toBe(outer);
  });
  expect(await spare.withMemory(4, use)).toBe(first);
});

test("lends more memory than its capacity, and keeps it", async () => {
  const spare = new SpareMemory(16);
  const large = await spare.withMemory(100, async (memory) => memory);
  expect(large.byteLength).toBe(100);
  expect(await spare.withMemory(16, async (memory) => memory)).toBe(large);
});

test("lends memory again after an error", async () => {
  const spare = new SpareMemory(16);
  const lent: ArrayBuffer[] = [];
  const failing = spare.withMemory(8, async (memory) => {
    lent.push(memory);
    throw new Error("damaged");
  });
  await expect(failing).rejects.toThrow("damaged");
  expect(await spare.withMemory(8, async (memory) => memory)).toBe(lent[0]);
});
