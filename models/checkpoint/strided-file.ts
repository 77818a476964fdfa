/** A view of a file that contains a strided tensor, such as a transposed matrix, in row-major order. */
import type { CheckpointFile } from "./files.ts";
import type { SpareMemory } from "./spare-memory.ts";

/** The layout of a tensor in a file. Its elements must not overlap. */
export interface StridedLayout {
  /** Byte offset of the first element. */
  readonly begin: number;
  /** Byte offset of the end, exclusive. */
  readonly end: number;
  readonly bytesEach: number;
  readonly shape: readonly number[];
  /** Distance of consecutive elements along each axis, in elements. */
  readonly strides: readonly number[];
}

/** Bytes per read. */
export const WINDOW_BYTES = 2 ** 20;

/**
 * A file of the elements in row-major order. Each `read` gathers the requested elements only.
 *
 * @param spare memory for the parts of `file` that are read.
 */
export function stridedFile(file: CheckpointFile, layout: StridedLayout, spare: SpareMemory): CheckpointFile {
  const { bytesEach, shape } = layout;
  return {
    bytes: shape.reduce((product, size) => product * size, bytesEach),
    read: async (begin, end, into) => {
      const [first, last] = [Math.floor(begin / bytesEach), Math.ceil(end / bytesEach)];
      const bytes = (last - first) * bytesEach;
      const gathered = into?.length === bytes ? into : new Uint8Array(bytes);
      await spare.withMemory(Math.min(WINDOW_BYTES, layout.end - layout.begin), (window) =>
        gather(file, layout, first, last, gathered, window),
      );
      return gathered.subarray(begin - first * bytesEach, end - first * bytesEach);
    },
    close: async () => {},
  };
}

interface Axis {
  readonly size: number;
  /** Distance in the file, in bytes. */
  readonly stride: number;
  /** Distance in the result, in elements. */
  readonly step: number;
}

/** Writes elements `first` to `last` − 1 in row-major order to `result`. They are visited in the order of the file, so that it is read once. */
async function gather(
  file: CheckpointFile,
  { begin, end, bytesEach, shape, strides }: StridedLayout,
  first: number,
  last: number,
  result: Uint8Array,
  memory: ArrayBuffer,
): Promise<void> {
  if (last <= first) return;
  const rowSize = shape.slice(1).reduce((product, size) => product * size, 1);
  const firstRow = Math.floor(first / rowSize);
  const all = shape.map((size, i): Axis => ({
    size: i === 0 ? Math.ceil(last / rowSize) - firstRow : size,
    stride: strides[i]! * bytesEach,
    step: shape.slice(i + 1).reduce((product, length) => product * length, 1),
  }));
  const long = all.filter(({ size }) => size > 1);
  const axes = long.length > 0 ? long : [{ size: 1, stride: 0, step: 0 }];
  axes.sort((a, b) => b.stride - a.stride);
  let window: Uint8Array = new Uint8Array(memory, 0, 0);
  let windowBegin = 0;
  const visit = async (depth: number, from: number, to: number): Promise<void> => {
    const { size, stride, step } = axes[depth]!;
    for (let i = 0; i < size; i += 1) {
      const [source, target] = [from + i * stride, to + i * step];
      if (depth + 1 < axes.length) {
        await visit(depth + 1, source, target);
        continue;
      }
      if (target < first || target >= last) continue;
      if (source < windowBegin || source + bytesEach > windowBegin + window.length) {
        const length = Math.min(end - source, WINDOW_BYTES);
        window = await file.read(source, source + length, new Uint8Array(memory, 0, length));
        windowBegin = source;
      }
      const at = source - windowBegin;
      for (let byte = 0; byte < bytesEach; byte += 1) {
        result[(target - first) * bytesEach + byte] = window[at + byte]!;
      }
    }
  };
  await visit(0, begin + firstRow * strides[0]! * bytesEach, firstRow * rowSize);
}
