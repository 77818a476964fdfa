/** A sequence that a decoder reads, with the cache of its ids. */
import type { ForwardOptions, ForwardWithAttention } from "./forward.ts";
import type { SampledRun, SamplingInputs } from "./graph-sampling.ts";
import type { SamplesAhead } from "./speculation/index.ts";

type ReadOptions = Pick<ForwardOptions, "range" | "signal"> & {
  /** Samples the ids that will follow those read, for drafts. */
  readonly ahead?: () => SamplesAhead;
};

/** The cached context of one sequence, or a sequence of a batch. */
export interface SequenceContext {
  /** Reads a sequence from its beginning. @returns the logits of the next id, all of them or those of `range`. */
  prefill(
    ids: readonly number[],
    options: ReadOptions & { readonly reuseBeyondWindow?: boolean },
  ): Promise<Pick<ForwardWithAttention, "logits">>;
  /** Reads ids that follow. @returns the logits of the next id, all of them or those of `range`. */
  append(
    ids: readonly number[],
    options: ReadOptions & { readonly contextShift?: boolean },
  ): Promise<Pick<ForwardWithAttention, "logits">>;
  /** Runs that return several ids. Default: none, the backend reads id by id. */
  readonly inGraph?: GraphRuns | undefined;
}

/** Runs that read an id and sample the next ones in the graph. */
export interface GraphRuns {
  /** Number of sequences that a run reads. */
  readonly sequences: number;
  /** Maximum number of ids that one run can read. */
  readonly maxRunLength: number;
  /** Whether the matrices have fewer than 32 bits a weight. */
  readonly isQuantized: boolean;
  /**
   * @returns the ids: as many as steps; fewer when the run ended early. Or the logits of the first one, when one run cannot
   * sample for all sequences.
   */
  sampleInGraph(
    id: number,
    sampling: SamplingInputs,
    options: { readonly contextShift?: boolean },
  ): Promise<SampledRun | Pick<ForwardWithAttention, "logits">>;
}
