/**
 * Rows whose parts are stored separately, such as the heads of keys and values: `[parts, stride, size]`. The rows of a part are contiguous,
 * so that a product over all rows of one part reads memory in order. The first rows of each part are used; unused rows follow.
 */

/** The layout of a buffer. */
export interface RowParts {
  readonly parts: number;
  /** Numbers of a row in one part. */
  readonly size: number;
  /** Rows from one part to the next. */
  readonly stride: number;
}

/** A copy of rows, `[rows, parts, size]`. */
export function readRows(buffer: Float32Array, layout: RowParts, from: number, rows: number): Float32Array {
  const { parts, size } = layout;
  const read = new Float32Array(rows * parts * size);
  for (let part = 0; part < parts; part += 1) {
    const at = (part * layout.stride + from) * size;
    for (let row = 0; row < rows; row += 1) {
      const to = (row * parts + part) * size;
      for (let i = 0; i < size; i += 1) read[to + i] = buffer[at + row * size + i]!;
    }
  }
  return read;
}

/** Writes rows from row `to` of each part on. @param rows `[rows, parts, size]` */
export function writeRows(buffer: Float32Array, layout: RowParts, to: number, rows: Float32Array): void {
  const { parts, size } = layout;
  const count = rows.length / (parts * size);
  for (let part = 0; part < parts; part += 1) {
    const at = (part * layout.stride + to) * size;
    for (let row = 0; row < count; row += 1) {
      const from = (row * parts + part) * size;
      for (let i = 0; i < size; i += 1) buffer[at + row * size + i] = rows[from + i]!;
    }
  }
}

/** Copies the first rows of each part. */
export function copyParts(
  source: Float32Array,
  from: RowParts,
  target: Float32Array,
  stride: number,
  rows: number,
): void {
  const { parts, size } = from;
  for (let part = 0; part < parts; part += 1) {
    const at = part * from.stride * size;
    target.set(source.subarray(at, at + rows * size), part * stride * size);
  }
}

/** Changes the stride: moves the first rows of each part within the buffer. */
export function moveParts(buffer: Float32Array, from: RowParts, stride: number, rows: number): void {
  const { parts, size } = from;
  for (let i = 1; i < parts; i += 1) {
    const part = stride > from.stride ? parts - i : i; // no part overwrites one that has not moved
    const at = part * from.stride * size;
    buffer.copyWithin(part * stride * size, at, at + rows * size);
  }
}

/**
 * The stride for a number of used rows: a multiple of 16, 32 or 64. With small multiples the parts are moved often, with large ones more
 * unused rows are read; the sum of both costs is lowest at about the square root of the number of rows.
 */
export function strideFor(rows: number): number {
  const step = rows <= 128 ? 16 : rows <= 512 ? 32 : 64;
  return Math.ceil(rows / step) * step;
}
