import {
  allowedIds,
  type AllowedIdsOptions,
  type ArrivalSlot,
  type ArrivalVocabulary,
} from "../../../encoding/index.ts";
import type { IdRange, Sampler, SamplesAhead } from "../../engine/index.ts";

const SLOTS = ["onset", "duration", "note"] as const;

export interface ArrivalAheadOptions extends Pick<AllowedIdsOptions, "instruments" | "players"> {
  readonly vocabulary: ArrivalVocabulary;
  readonly vocabularySize: number;
  readonly sampler: Sampler;
  /** Index of the next sample: the counter of the random numbers. */
  readonly step: number;
  readonly slot: ArrivalSlot;
  /** The earliest onset id. */
  readonly fromStep: number;
}

/** Samples the next ids of a generation for drafts. Assumes that no note adds an instrument, and that the window does not move. */
export class ArrivalAhead implements SamplesAhead {
  readonly #options: ArrivalAheadOptions;
  #step: number;
  #slot: number;
  #fromStep: number;

  constructor(options: ArrivalAheadOptions) {
    this.#options = options;
    this.#step = options.step;
    this.#slot = SLOTS.indexOf(options.slot);
    this.#fromStep = options.fromStep;
  }

  range(): IdRange {
    const { first, end } = this.#options.vocabulary.slot(this.#name);
    return { first, count: end - first };
  }

  sample(logits: Float32Array): number | undefined {
    const { vocabularySize, sampler } = this.#options;
    const allowed = new Uint8Array(vocabularySize);
    for (const { first, end } of allowedIds(this.#name, { ...this.#options, fromStep: this.#fromStep }))
      allowed.fill(1, first, end);
    const slice = { first: this.range().first, vocabularySize };
    const id = sampler.sampleIfAllowed(logits, this.#step, { allowed, slice });
    if (id === undefined) return undefined;
    if (this.#name === "onset") this.#fromStep = id;
    this.#slot = (this.#slot + 1) % SLOTS.length;
    this.#step += 1;
    return id;
  }

  get #name(): ArrivalSlot {
    return SLOTS[this.#slot]!;
  }
}
