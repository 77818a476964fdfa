import type { ArrivalNote, ArrivalVocabulary } from "../../../encoding/index.ts";
import { type Decoder, Sampler } from "../../engine/index.ts";
import { samplingOf, type SamplingOptions } from "../../options.ts";
import { type GeneratedArrival, generateArrival } from "./generate-arrival.ts";

/** The music around the notes to generate. All data can be cloned. */
export interface ArrivalSetting {
  /** Notes before the generated ones, in order of onset. */
  readonly prompt: readonly ArrivalNote[];
  /** Notes that the model reads 5 s before their time, in any order. */
  readonly controls: readonly ArrivalNote[];
  /** The earliest onset, in steps of 10 ms. */
  readonly startStep: number;
  /** Generation ends before the first event at or after this step; Infinity: it does not end. */
  readonly endStep: number;
}

export interface ArrivalEventsOptions extends SamplingOptions {
  /** Instruments of the generated notes. Default: all of the vocabulary. */
  readonly instruments?: ReadonlySet<number> | undefined;
  /** Ids sampled earlier in the same generation: the counter of the random numbers. Default 0. */
  readonly randomStep?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the decoder of a model of arrival times, from notes to events. Scores become notes, and notes a score, on the caller's side. */
export class ArrivalModel {
  readonly vocabulary: ArrivalVocabulary;
  readonly #decoder: Decoder;

  constructor(decoder: Decoder, vocabulary: ArrivalVocabulary) {
    this.#decoder = decoder;
    this.vocabulary = vocabulary;
  }

  /**
   * Notes longer than the vocabulary allows are read with its longest duration.
   *
   * @throws OptionError for an option out of range; ArrivalError for notes that are not in the vocabulary; the signal's reason.
   */
  events(
    { prompt, controls, startStep, endStep }: ArrivalSetting,
    options: ArrivalEventsOptions,
  ): AsyncGenerator<GeneratedArrival, void> {
    const { vocabulary } = this;
    const longest = vocabulary.durations - 1;
    const fitting = (note: ArrivalNote): ArrivalNote => ({
      ...note,
      durationSteps: Math.min(longest, note.durationSteps),
    });
    return generateArrival(this.#decoder, {
      vocabulary,
      sampler: arrivalSampler(options, vocabulary),
      prompt: prompt.map(fitting),
      controls: controls.map(fitting),
      startStep,
      endStep,
      players: options.instruments,
      randomStep: options.randomStep,
      signal: options.signal,
    });
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.#decoder.dispose();
  }
}

/**
 * A sampler with a separate temperature for the notes, if `pitchTemperature` is given.
 *
 * @throws OptionError when an option is out of range.
 */
export function arrivalSampler(options: SamplingOptions, { noteFirst, rest }: ArrivalVocabulary): Sampler {
  return new Sampler(samplingOf(options), { first: noteFirst, count: rest - noteFirst });
}
