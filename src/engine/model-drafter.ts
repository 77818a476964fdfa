/** Drafts of another, smaller model with the same vocabulary (Leviathan et al. 2023, https://arxiv.org/abs/2211.17192). */
import type { CachedContext } from "./cached-context.ts";
import type { Draft, Drafter, SamplesAhead } from "./speculation/index.ts";

/** The kind of these drafts, above those of other drafters. */
export const MODEL_KIND = 15;
const NOTHING: Draft = { ids: [], kind: MODEL_KIND };

/**
 * Drafts the ids that another model samples with the same seed, step and rules. The noise of both samples is then the same. So they are
 * equal far more often than the likeliest id of one model and a sample of the other: in each step with a probability of at least
 * (1 − d) / (1 + d), where d is the total variation distance of the two distributions (Daliri et al. 2024, "Coupling without
 * Communication and Drafter-Invariant Speculative Decoding").
 */
export class ModelDrafter implements Drafter {
  readonly #context: CachedContext;
  readonly #cost: number;
  /** Ids of the sequence that are not read yet: all of them before the first draft. */
  #unread: number[] = [];
  /** The drafted ids that the draft model has read. */
  #ahead: number[] = [];
  #last = 0;
  #isStarted = false;

  /**
   * @param context a context of the draft model, not used for anything else meanwhile.
   * @param cost the time of a step of the draft model, as a share of that of the model.
   */
  constructor(context: CachedContext, cost: number) {
    this.#context = context;
    this.#cost = cost;
  }

  idCost(kind: number): number {
    return kind === MODEL_KIND ? this.#cost : 0;
  }

  start(ids: readonly number[]): void {
    this.#unread = [...ids];
    this.#ahead = [];
    this.#isStarted = false;
    this.#last = ids.at(-1) ?? 0;
  }

  push(id: number): void {
    this.#last = id;
    if (this.#ahead[0] === id) {
      this.#ahead = this.#ahead.slice(1);
      return;
    }
    this.#dropDrafted();
    this.#unread.push(id);
    // After two windows without a draft, only the last window is read.
    const { window } = this.#context;
    if (this.#isStarted && this.#unread.length > 2 * window) this.start(this.#unread.slice(-window));
  }

  async draft(mostOf: (kind: number) => number, ahead?: () => SamplesAhead): Promise<Draft> {
    const most = ahead ? mostOf(MODEL_KIND) : 0;
    if (!ahead || most === 0) return NOTHING;
    const samples = ahead();
    const ids: number[] = [];
    for (let logits = await this.#readSequence(samples); ;) {
      const id = samples.sample(logits);
      if (id === undefined) break;
      ids.push(id);
      // A run must not evict rows, since it could not be undone.
      if (ids.length === most || this.#context.maxRunLength < 1) break;
      ({ logits } = await this.#context.append([id], { range: samples.range() }));
      this.#ahead.push(id);
    }
    return { ids, kind: MODEL_KIND };
  }

  /** Removes the drafted ids from the context. Call it before the context is used for anything else. */
  settle(): void {
    this.#dropDrafted();
  }

  /** Reads the rest of the sequence. @returns logits of the next id. */
  async #readSequence(samples: SamplesAhead): Promise<Float32Array> {
    this.#dropDrafted();
    if (this.#unread.length === 0) {
      this.#context.dropNewest(1);
      this.#unread = [this.#last];
    }
    const range = samples.range();
    if (!this.#isStarted) {
      const { logits } = await this.#context.prefill(this.#unread, { reuseBeyondWindow: true, range });
      this.#isStarted = true;
      this.#unread = [];
      return logits;
    }
    for (;;) {
      // Up to the end of the context, so that the context shift is at the same id as in the model.
      const ids = this.#unread.slice(0, Math.max(1, this.#context.remainingPositions));
      const { logits } = await this.#context.append(ids, { contextShift: true, range });
      this.#unread = this.#unread.slice(ids.length);
      if (this.#unread.length === 0) return logits;
    }
  }

  #dropDrafted(): void {
    if (this.#ahead.length > 0) this.#context.dropNewest(this.#ahead.length);
    this.#ahead = [];
  }
}
