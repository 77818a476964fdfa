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
   */
  draft(mostOf: (kind: number) => number): Draft | Promise<Draft>;
}

/** Proposed ids, at most as many as were asked for. */
export interface Draft {
  readonly ids: readonly number[];
  /** Drafts of one kind are accepted about equally often: a small whole number, from 0. */
  readonly kind: number;
}
