/** Proposes the ids that may come next; the model reads several of them in one run, and keeps those that it samples itself. */
export interface Drafter {
  /** The whole sequence so far, in place of any before. */
  start(ids: readonly number[]): void;
  /** Appends an id. */
  push(id: number): void;
  /**
   * Proposes ids to follow those so far, of which the last one is not read yet.
   *
   * @param mostOf maximum number of ids for a draft of a kind; 0 if none is worth it.
   * @param ahead how the generation will sample these ids; undefined where that is not known.
   */
  draft(mostOf: (kind: number) => number, ahead?: () => SamplesAhead): Draft | Promise<Draft>;
  /** What drafting one id of a kind takes, as a share of the time of a step of the model. Default: nothing. */
  idCost?(kind: number): number;
  /** Share of accepted ids that is assumed of a kind until the first drafts of it were read. Default 0.6. */
  firstGuess?(kind: number): number;
}

/** Samples the next ids as a generation will sample them, and leaves the generation as it is. */
export interface SamplesAhead {
  /** The ids among which the next one is. Undefined: all. */
  range(): { readonly first: number; readonly count: number } | undefined;
  /**
   * Samples the next id, and moves on to the one after it.
   *
   * @param logits of the ids of `range`.
   * @returns undefined if no id is allowed.
   */
  sample(logits: Float32Array): number | undefined;
}

/** Proposed ids, at most as many as were asked for. */
export interface Draft {
  readonly ids: readonly number[];
  /** Drafts of one kind are accepted about equally often: a small whole number, from 0. */
  readonly kind: number;
  /**
   * The ids among which the drafted ones are sampled, and the one behind them: only their logits are computed. Default: all.
   */
  readonly range?: { readonly first: number; readonly count: number };
}
