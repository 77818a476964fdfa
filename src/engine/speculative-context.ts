import type { CachedContext, ContextOptions } from "./cached-context.ts";
import type { ForwardWithAttention } from "./forward.ts";
import type { SequenceContext } from "./sequence-context.ts";
import type { IdRange } from "./sampling/index.ts";
import { type Draft, DraftLength, type Drafter, type SamplesAhead } from "./speculation/index.ts";

/** Counts of runs, and of drafted and accepted ids. */
export interface SpeculationReport {
  /** Runs of the decoder after the prompt. */
  runs: number;
  /** Drafted ids that the decoder has read. */
  drafted: number;
  /** Drafted ids that were sampled. */
  accepted: number;
}

/**
 * Speculative decoding: a run reads the next id together with a draft of the following ones, and its logits are used as long as the sampled
 * ids equal the draft (Leviathan et al. 2023, https://arxiv.org/abs/2211.17192). A sample depends on logits, seed and step only, so the
 * sampled ids are the same as without drafts.
 */
export class SpeculativeContext implements SequenceContext {
  readonly report: SpeculationReport = { runs: 0, drafted: 0, accepted: 0 };
  readonly #context: CachedContext;
  readonly #drafter: Drafter;
  readonly #length: DraftLength;
  /** The drafted ids that are read but not sampled yet, and the logits after each. */
  #ahead: readonly ReadAhead[] = [];
  #settle: (() => void) | undefined;
  #isStarted = false;

  /** @param context not used for anything else until `settle`. */
  constructor(context: CachedContext, drafter: Drafter, rowCost: number) {
    this.#context = context;
    this.#drafter = drafter;
    this.#length = new DraftLength(
      (kind) => rowCost + (drafter.idCost?.(kind) ?? 0),
      drafter.firstGuess && ((kind) => drafter.firstGuess!(kind)),
    );
  }

  async prefill(ids: readonly number[], options: ContextOptions & Ahead = {}): Promise<ForwardWithAttention> {
    if (this.#isStarted && this.#isOneMore(ids)) return this.append(ids.slice(-1), options);
    this.settle();
    this.#isStarted = true;
    this.#drafter.start(ids);
    return this.#context.prefill(ids, options);
  }

  async append(
    ids: readonly number[],
    options: Pick<ContextOptions, "contextShift" | "range" | "signal"> & Ahead = {},
  ): Promise<ForwardWithAttention> {
    const [id] = ids;
    const [next] = this.#ahead;
    if (id === undefined || ids.length > 1) throw new RangeError(`one id at a time, not ${ids.length}`);
    if (next?.id === id && isWithin(options.range, next.range)) return this.#accept(next, options.range);
    this.settle();
    this.#drafter.push(id);
    this.report.runs += 1;
    const draft = await this.#draft(options.ahead);
    return draft ? this.#readAhead(id, draft, options) : this.#context.append(ids, options);
  }

  /** Removes the drafted ids that were not sampled from the context. Call it before the context is used for anything else. */
  settle(): void {
    this.#settle?.();
    this.#settle = undefined;
    if (this.#ahead.length > 0) this.#context.dropNewest(this.#ahead.length);
    this.#ahead = [];
  }

  /** Whether a sequence is the one read with one more id, so that a draft can be used. */
  #isOneMore(ids: readonly number[]): boolean {
    const read = this.#context.length - this.#ahead.length;
    return ids.length === read + 1 && this.#context.commonPrefixLength(ids) >= read;
  }

  #accept(next: ReadAhead, range: IdRange | undefined): ForwardWithAttention {
    this.#drafter.push(next.id);
    this.#ahead = this.#ahead.slice(1);
    this.report.accepted += 1;
    return { logits: within(next.logits, next.range, range), attention: [] };
  }

  async #draft(ahead: Ahead["ahead"]): Promise<Draft | undefined> {
    // The run must not evict rows, since it could not be undone.
    const limit = this.#context.maxRunLength - 1;
    if (limit < 1) return undefined;
    const draft = await this.#drafter.draft((kind) => Math.min(limit, this.#length.most(kind)), ahead);
    if (draft.ids.length === 0) return undefined;
    const most = (await this.#context.exactRunLength()) - 1;
    return most < 1 ? undefined : { ...draft, ids: draft.ids.slice(0, most) };
  }

  async #readAhead(
    id: number,
    draft: Draft,
    { range, signal }: Pick<ContextOptions, "range" | "signal">,
  ): Promise<ForwardWithAttention> {
    const computed = isWithin(range, draft.range) ? draft.range : undefined;
    const [first, ...rows] = await this.#context.appendAll([id, ...draft.ids], { range: computed, signal });
    this.#ahead = draft.ids.map((drafted, index) => ({
      id: drafted,
      logits: rows[index]!,
      range: computed,
    }));
    const { length } = draft.ids;
    this.report.drafted += length;
    this.#settle = () => this.#length.learn(draft.kind, length, length - this.#ahead.length);
    return { logits: within(first!, computed, range), attention: [] };
  }
}

/** The logits of some ids. @param computed the ids of `logits`, undefined for all. */
function within(
  logits: Float32Array,
  computed: IdRange | undefined,
  range: IdRange | undefined,
): Float32Array {
  if (!range) return logits;
  const first = range.first - (computed?.first ?? 0);
  return logits.subarray(first, first + range.count);
}

/** Whether a range is within another; undefined means all ids. */
function isWithin(range: IdRange | undefined, other: IdRange | undefined): boolean {
  if (!other) return true;
  return (
    range !== undefined &&
    range.first >= other.first &&
    range.first + range.count <= other.first + other.count
  );
}

/** Samples the ids that will follow those read. */
interface Ahead {
  readonly ahead?: (() => SamplesAhead) | undefined;
}

interface ReadAhead {
  readonly id: number;
  readonly logits: Float32Array;
  /** The ids of `logits`; undefined: all. */
  readonly range: IdRange | undefined;
}
