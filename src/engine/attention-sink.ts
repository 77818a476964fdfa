/**
 * Attention sinks (Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks"): the first rows of a cache
 * are never evicted.
 */
import type { DecoderConfig } from "../../models/index.ts";

/**
 * The rows that are kept, and how many of the others are evicted at once. When `limit` rows are visible, the oldest
 * `evictionBlock` rows after the sink are evicted. Distances are counted over the visible rows, so no distance exceeds `limit`.
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

/** The first position at which this many rows are evicted. @param rows a multiple of `evictionBlock`, from 0. */
export function firstPositionEvicting(rows: number, { evictionBlock }: AttentionSink, limit: number): number {
  return rows === 0 ? 0 : limit + rows - evictionBlock;
}

/** Minimum number of evicted rows that can be restored: a draft can be longer than a block of a small window. */
const MIN_RESTORABLE = 16;

/** Number of evicted blocks that can be restored: those of 5/16 of `limit`. */
export function restorableBlocks({ evictionBlock }: AttentionSink, limit: number): number {
  return Math.ceil(Math.max((5 / 16) * limit, MIN_RESTORABLE) / evictionBlock);
}

/** The sink is a quarter of the window, an eviction block a sixteenth. Undefined for windows under 16 ids. */
export function sinkOf({ window, position }: DecoderConfig): AttentionSink | undefined {
  const [sinkRows, evictionBlock] = [Math.floor(window / 4), Math.floor(window / 16)];
  return position.kind === "relative" && evictionBlock > 0 ? { sinkRows, evictionBlock } : undefined;
}
