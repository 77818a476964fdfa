/** The rows of a cache that a step attends to: the last `limit`; with an attention sink, its rows and the most recent ones. */
import { type AttentionSink, evictedBefore } from "./attention-sink.ts";

/** The past positions that a step attends to. */
export interface CacheWindow {
  /** Maximum number of past positions that a step attends to. */
  readonly limit: number;
  /** Rows that are never evicted. Default: none. */
  readonly sink?: AttentionSink | undefined;
}

/** Number of rows after the sink that are evicted at a position. */
export function evictedAt({ limit, sink }: CacheWindow, position: number): number {
  return sink ? evictedBefore(position, sink, limit) : 0;
}

/** Number of rows that the step at a position attends to. */
export function visibleLength(window: CacheWindow, position: number): number {
  return Math.min(position - evictedAt(window, position), window.limit);
}

/** Number of consecutive positions, ending with its own, that a position attends to; sink rows are not counted. */
export function visibleSpan(window: CacheWindow, position: number): number {
  const evicted = evictedAt(window, position);
  if (evicted === 0) return Math.min(position, window.limit) + 1;
  return position + 1 - evicted - (window.sink?.sinkRows ?? 0);
}

/** Maximum number of rows that one run can append at a position: with a sink, those up to the next eviction; else Infinity. */
export function rowsBeforeEviction({ limit, sink }: CacheWindow, position: number): number {
  if (!sink) return Infinity;
  const beyond = position - limit;
  return beyond < 0 ? -beyond : sink.evictionBlock - (beyond % sink.evictionBlock);
}
