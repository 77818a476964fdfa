/**
 * Memory for one read after the other. New memory for each read would wait for garbage collection, which JavaScript engines
 * put off until tens of megabytes are unused.
 */
export class SpareMemory {
  readonly #capacity: number;
  #free: ArrayBuffer | undefined;

  /** @param capacity the usual number of bytes; nothing is allocated before the first use. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Calls `use` with memory that nothing else uses until its promise settles. Its contents are not cleared. */
  async withMemory<Result>(bytes: number, use: (memory: ArrayBuffer) => Promise<Result>): Promise<Result> {
    const free = this.#free;
    this.#free = undefined;
    const memory = free && free.byteLength >= bytes ? free : new ArrayBuffer(Math.max(bytes, this.#capacity));
    try {
      return await use(memory);
    } finally {
      this.#free = memory;
    }
  }
}
