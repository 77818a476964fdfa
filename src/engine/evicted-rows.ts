/** The rows that a cache with an attention sink evicted last. */

interface Block {
  /** `[buffers, rows, width]` */
  readonly rows: Float32Array;
  /** Whether forks share it; it is then never written to again. */
  isShared: boolean;
}

/** The newest evicted blocks, from which a rewind restores the rows. Forks share them. */
export class EvictedRows {
  readonly #most: number;
  /** The oldest first. */
  #blocks: Block[] = [];

  /** @param most maximum number of blocks. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Number of blocks. */
  get count(): number {
    return this.#blocks.length;
  }

  /** Adds a block, and discards the oldest one beyond `most`. @param size of its array, which the caller fills. */
  push(size: number): Float32Array {
    const oldest = this.#blocks.length < this.#most ? undefined : this.#blocks.shift();
    const isReusable = oldest !== undefined && !oldest.isShared;
    const block = isReusable ? oldest : { rows: new Float32Array(size), isShared: false };
    this.#blocks.push(block);
    return block.rows;
  }

  /** Removes the newest blocks. @returns their rows, the oldest block first. */
  pop(blocks: number): readonly Float32Array[] {
    return this.#blocks.splice(this.#blocks.length - blocks).map(({ rows }) => rows);
  }

  /** The same blocks, for independent use. */
  fork(): EvictedRows {
    for (const block of this.#blocks) block.isShared = true;
    const fork = new EvictedRows(this.#most);
    fork.#blocks = [...this.#blocks];
    return fork;
  }

  /** The same number of blocks, with rows of another width. @param change returns the new rows of a block. */
  map(change: (rows: Float32Array) => Float32Array): EvictedRows {
    const mapped = new EvictedRows(this.#most);
    mapped.#blocks = this.#blocks.map(({ rows }) => ({ rows: change(rows), isShared: false }));
    return mapped;
  }

  clear(): void {
    this.#blocks = [];
  }
}
