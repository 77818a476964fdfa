import type { ArrivalNote, ArrivalVocabulary, TimedEvent } from "../../../encoding/index.ts";
import { type Decoder, PrefixCachePool, Sampler } from "../../engine/index.ts";
import { samplingOf, type SamplingOptions } from "../../options.ts";
import type { BandExplainOptions } from "./band-options.ts";
import { type ArrivalExplanation, type ArrivalPlace, explainEvent } from "./explain-event.ts";
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

/** Runs the decoder of a model of arrival times, from notes to events. The caller converts scores to notes, and notes to a score. */
export class ArrivalModel {
  readonly vocabulary: ArrivalVocabulary;
  readonly #decoder: Decoder;
  /** The cached context of the last explanation: the next one is often of the same window. */
  readonly #explained: PrefixCachePool;

  constructor(decoder: Decoder, vocabulary: ArrivalVocabulary) {
    this.#decoder = decoder;
    this.vocabulary = vocabulary;
    this.#explained = new PrefixCachePool(decoder, 1);
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
    return generateArrival(this.#decoder, {
      vocabulary,
      sampler: arrivalSampler(options, vocabulary),
      prompt: prompt.map((note) => this.#fitting(note)),
      controls: controls.map((note) => this.#fitting(note)),
      startStep,
      endStep,
      players: options.instruments,
      randomStep: options.randomStep,
      signal: options.signal,
    });
  }

  /**
   * Explains a value of a note: the candidates of a generation without controls that begins with it, and attention.
   *
   * @throws as `events`; EngineError for a layer or head that the model does not have.
   */
  async explain(
    { prompt, note, slot }: ArrivalPlace,
    options: BandExplainOptions = {},
  ): Promise<ArrivalExplanation> {
    const { vocabulary } = this;
    const { vocabularySize } = this.#decoder.config;
    const place = {
      prompt: prompt.map((event) => this.#fitting(event)),
      note: this.#fitting(note),
      slot,
    };
    const context = this.#explained.acquire([]);
    try {
      const sampler = arrivalSampler(options, vocabulary);
      return await explainEvent(context, place, { ...options, vocabulary, vocabularySize, sampler });
    } finally {
      this.#explained.release(context);
    }
  }

  #fitting<Event extends TimedEvent>(event: Event): Event {
    if (event.kind !== "note") return event;
    const longest = this.vocabulary.durations - 1;
    return { ...event, durationSteps: Math.min(longest, event.durationSteps) };
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
