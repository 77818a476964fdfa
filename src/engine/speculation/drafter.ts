/** Drafts the next ids; the model reads several of them in one run, and keeps those that it samples itself. */
export interface Drafter {
  /** Replaces the sequence. */
  start(ids: readonly number[]): void;
  /** Appends an id. */
  push(id: number): void;
  /**
   * Drafts the ids that follow the sequence, whose last id the model has not read yet.
   *
   * @param mostOf maximum number of ids of a draft of a kind; 0 if it saves no time.
   * @param ahead samples these ids as the generation will; undefined where that is not known.
   */
  draft(mostOf: (kind: number) => number, ahead?: () => SamplesAhead): Draft | Promise<Draft>;
  /** The time of drafting one id of a kind, as a share of the time of a step of the model. Default 0. */
  idCost?(kind: number): number;
  /** Initial estimate of the acceptance rate of a kind: the share of drafted ids that are sampled. Default 0.6. */
  firstGuess?(kind: number): number;
}

/** Samples the next ids as a generation will sample them, without changing the generation. */
export interface SamplesAhead {
  /** A range that contains all allowed next ids. Undefined: all. */
  range(): { readonly first: number; readonly count: number } | undefined;
  /**
   * Samples the next id, and advances by one id.
   *
   * @param logits those of the ids of `range`.
   * @returns undefined if no id is allowed.
   */
  sample(logits: Float32Array): number | undefined;
}

/** Drafted ids, at most as many as were requested. */
export interface Draft {
  readonly ids: readonly number[];
  /** Drafts of one kind have about the same acceptance rate: a small whole number, from 0. */
  readonly kind: number;
  /** A range from which the drafted ids and the id after them are sampled: only its logits are computed. Default: all. */
  readonly range?: { readonly first: number; readonly count: number };
}
