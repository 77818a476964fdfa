/**
 * Attention sinks (Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks"): the first rows of a cache
 * are never evicted.
 */
import type { DecoderConfig } from "../../models/index.ts";

/**
 * The rows that stay, and how many of the others are evicted at once. When `limit` rows are visible, the oldest
 * `evictionBlock` rows behind the sink are evicted. Distances are counted over the visible rows, so no distance exceeds `limit`.
 */
export interface AttentionSink {
  /** Rows at the beginning of the sequence that are never evicted: 0 to `limit - evictionBlock`. */
  readonly sinkRows: number;
  /** Rows evicted at once: from 1. */
  readonly evictionBlock: number;
}

/** @throws RangeError unless both are whole and `limit` rows hold the sink and one block. */
export function checkSink({ sinkRows, evictionBlock }: AttentionSink, limit: number): void {
  const isWhole = Number.isInteger(sinkRows) && Number.isInteger(evictionBlock);
  if (isWhole && sinkRows >= 0 && evictionBlock >= 1 && sinkRows + evictionBlock <= limit) return;
  throw new RangeError(
    `sinkRows is ${sinkRows} and evictionBlock ${evictionBlock}, with ${limit} visible rows; give whole numbers, sinkRows from 0, evictionBlock from 1, together at most ${limit}`,
  );
}

/** Number of rows between the sink and the recent rows that are evicted at a position. */
export function evictedBefore(position: number, { evictionBlock }: AttentionSink, limit: number): number {
  return position < limit ? 0 : evictionBlock * (Math.floor((position - limit) / evictionBlock) + 1);
}

/** Sink rows followed by the most recent rows, in buffers of their own. `at` copies only the rows that are new since its last call. */
export class SinkWindow {
  /** One array for each buffer of the cache, `[sink rows, width]`. Never written to. */
  readonly sinkRows: readonly Float32Array[];
  /** Numbers in a row. */
  readonly #width: number;
  /** Numbers in `limit` rows. */
  readonly #capacity: number;
  #buffers: readonly Float32Array[] | undefined;
  /** Rows evicted between the two parts; undefined when the buffers are stale. */
  #evicted: number | undefined;
  /** The buffers hold the rows before this position. */
  #to = 0;

  constructor(sinkRows: readonly Float32Array[], width: number, limit: number) {
    this.sinkRows = sinkRows;
    this.#width = width;
    this.#capacity = limit * width;
  }

  /** Marks the rows from this position on as stale. */
  rewind(position: number, evicted: number): void {
    if (this.#evicted === evicted) this.#to = Math.min(this.#to, position);
    else this.#evicted = undefined;
  }

  /**
   * The visible rows at a position, at the front of each buffer.
   *
   * @param newest returns the last `rows` rows of a buffer of the cache.
   */
  at(
    position: number,
    evicted: number,
    newest: (buffer: number, rows: number) => Float32Array,
  ): readonly Float32Array[] {
    const buffers = (this.#buffers ??= this.sinkRows.map(() => new Float32Array(this.#capacity)));
    if (this.#evicted !== evicted) {
      for (const [i, rows] of this.sinkRows.entries()) buffers[i]?.set(rows);
      this.#evicted = evicted;
      this.#to = (this.sinkRows[0]?.length ?? 0) / this.#width + evicted;
    }
    if (this.#to < position) {
      for (const [i, buffer] of buffers.entries())
        buffer.set(newest(i, position - this.#to), (this.#to - evicted) * this.#width);
      this.#to = position;
    }
    return buffers;
  }
}

/** The sink is a quarter of the window, an eviction block a sixteenth. Undefined for windows under 16 ids. */
export function sinkOf({ window, position }: DecoderConfig): AttentionSink | undefined {
  const [sinkRows, evictionBlock] = [Math.floor(window / 4), Math.floor(window / 16)];
  return position.kind === "relative" && evictionBlock > 0 ? { sinkRows, evictionBlock } : undefined;
}
