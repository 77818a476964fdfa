/** Reads and checks the values of stored tensors. Apart from the result, at most two parts of tensors are in memory. */
import { CheckpointError } from "../errors.ts";
import { isOutOfMemory } from "../memory.ts";
import { isPrecision, STORED_PRECISIONS } from "./precision.ts";
import { SpareMemory } from "./spare-memory.ts";
import { expandInt8 } from "./stored-int8.ts";
import type { Tensor } from "./tensors.ts";
import type { StoredWeight } from "./weight-files.ts";

/** Values that are checked or compared at once. */
const PART = 2 ** 18;
const PART_BYTES = 4 * PART;

/** Each part of a strided tensor takes as long as the whole, so there are no more than this. */
const MOST_STRIDED_PARTS = 16;

/** A tensor in float32. @throws CheckpointError for values that are not finite, or if memory runs out. */
export async function readTensor(stored: StoredWeight): Promise<Tensor> {
  return { shape: stored.shape, values: await asTyped(stored, () => readWhole(stored)) };
}

/** @throws CheckpointError unless the values of the tensors are finite. */
export async function checkValues(tensors: Iterable<StoredWeight>): Promise<void> {
  const reader = new PartReader();
  for (const stored of tensors) {
    for (const [begin, end] of parts(stored)) await reader.read(stored, begin, end, async () => {});
  }
}

/** Whether two tensors of equal shape have equal values. @throws CheckpointError for values that are not finite. */
export async function areEqual(one: StoredWeight, other: StoredWeight): Promise<boolean> {
  const isSame =
    one.file === other.file && one.begin === other.begin && one.dtype === other.dtype && !one.int8;
  if (isSame) return true;
  const [reader, otherReader] = [new PartReader(), new PartReader()];
  for (const [begin, end] of parts(one, other)) {
    const isEqual = await reader.read(one, begin, end, async (values) =>
      otherReader.read(other, begin, end, async (others) => values.every((value, i) => value === others[i])),
    );
    if (!isEqual) return false;
  }
  return true;
}

async function readWhole(stored: StoredWeight): Promise<Float32Array> {
  const { dtype, begin, end, file, int8 } = stored;
  const size = sizeOf(stored);
  if (int8 || !isPrecision(dtype)) return readExpanded(stored, 0, size);
  const { bytes, expand } = STORED_PRECISIONS[dtype];
  if (dtype === "F32") return checked(stored, expand(await file.read(begin, end)), 0);
  if (bytes > 4) return readInParts(stored, size);
  // Half precision is read into the second half of the result and expanded there: number i is overwritten after it was read.
  const values = new Float32Array(size);
  const halves = new Uint8Array(values.buffer, (4 - bytes) * size);
  return checked(stored, expand(await file.read(begin, end, halves), values), 0);
}

async function readInParts(stored: StoredWeight, size: number): Promise<Float32Array> {
  const values = new Float32Array(size);
  const reader = new PartReader();
  for (const [begin, end] of parts(stored)) {
    await reader.read(stored, begin, end, async (part) => values.set(part, begin));
  }
  return values;
}

/** Reads parts of tensors, one after the other in the same memory. */
class PartReader {
  readonly #bytes = new SpareMemory(PART_BYTES);
  readonly #values = new SpareMemory(PART_BYTES);

  /** Calls `use` with values `from` to `to` − 1. */
  read<Result>(
    stored: StoredWeight,
    from: number,
    to: number,
    use: (values: Float32Array) => Promise<Result>,
  ): Promise<Result> {
    const size = to - from;
    const bytesEach = isPrecision(stored.dtype) ? STORED_PRECISIONS[stored.dtype].bytes : 4;
    return asTyped(stored, () =>
      this.#bytes.withMemory(bytesEach * size, (bytes) =>
        this.#values.withMemory(4 * size, async (values) =>
          use(await readExpanded(stored, from, to, { bytes, values })),
        ),
      ),
    );
  }
}

/** Ranges of values. */
function* parts(
  ...tensors: readonly [StoredWeight, ...StoredWeight[]]
): Generator<[begin: number, end: number]> {
  const size = sizeOf(tensors[0]);
  const isStrided = tensors.some((tensor) => tensor.isStrided);
  const part = isStrided ? Math.max(PART, Math.ceil(size / MOST_STRIDED_PARTS)) : PART;
  for (let at = 0; at < size; at += part) yield [at, Math.min(size, at + part)];
}

/** Memory for the stored and for the expanded values. */
interface PartMemory {
  readonly bytes: ArrayBuffer;
  readonly values: ArrayBuffer;
}

/** Values `from` to `to` − 1 in float32. */
async function readExpanded(
  stored: StoredWeight,
  from: number,
  to: number,
  memory?: PartMemory,
): Promise<Float32Array> {
  const { name, dtype, shape, begin, file, fileName, int8 } = stored;
  const size = to - from;
  if (isPrecision(dtype)) {
    const { bytes, expand } = STORED_PRECISIONS[dtype];
    const into = memory && new Uint8Array(memory.bytes, 0, bytes * size);
    const read = await file.read(begin + from * bytes, begin + to * bytes, into);
    return checked(stored, expand(read, memory && new Float32Array(memory.values, 0, size)), from);
  }
  if (int8) {
    const scales = await readWhole(int8.scales);
    const bytes = await file.read(begin + from, begin + to);
    const numbers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    return checked(stored, expandInt8(int8.name, shape, numbers, scales, from), from);
  }
  throw new CheckpointError(`${fileName}: tensor "${name}" is stored as ${dtype}`, {
    code: "unsupported",
    hint: `${Object.keys(STORED_PRECISIONS).join(", ")} can be read; convert the checkpoint`,
  });
}

/** @param from the index of the first value. @throws CheckpointError for values that are not finite. */
function checked({ name, fileName }: StoredWeight, values: Float32Array, from: number): Float32Array {
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isFinite(values[i])) continue;
    throw new CheckpointError(`${fileName}: tensor "${name}" holds ${values[i]} at index ${from + i}`, {
      code: "bad-value",
      hint: "the training diverged, or the file is damaged; use an earlier checkpoint",
    });
  }
  return values;
}

/** Converts an error of exhausted memory. */
async function asTyped<Result>(
  { name, dtype, fileName, begin, end }: StoredWeight,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (!isOutOfMemory(cause)) throw cause;
    const found = `${fileName}: no memory for tensor "${name}", ${end - begin} bytes of ${dtype}`;
    const hint = "close other programs, or use a smaller model";
    throw new CheckpointError(found, { code: "out-of-memory", hint, cause });
  }
}

function sizeOf({ shape }: StoredWeight): number {
  return shape.reduce((product, size) => product * size, 1);
}
