/** `MusicModel`: from scores to generated scores. */
import type { Score, Vocabulary } from "../../encoding/index.ts";
import { type ContextLease, type Decoder, type Explanation, SequenceBatch } from "../engine/index.ts";
import { OptionError } from "../options.ts";
import { accompany } from "./accompany.ts";
import { finishScore, generateScore, performanceOptions, prepareScore, primerIds } from "./generate-score.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
import { infill, type InfillOptions } from "./infill.ts";
import { MAX_VARIATIONS, WITH_SINK } from "./limits.ts";
import type { ModelCodecOptions } from "./model-codec.ts";
import type {
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  MusicEvent,
  Primer,
  VariationsOptions,
} from "./options.ts";
import { PerformanceModel } from "./performance-model.ts";
import { musicSampler } from "./sampler.ts";

/** A model that continues music. */
export class MusicModel {
  readonly decoder: Decoder;
  readonly vocabulary: Vocabulary;
  readonly #performances: PerformanceModel;

  /** @throws OptionError and CheckpointError when the ids are not performance events, or their meaning is not known: see `requireCodec`. */
  constructor(decoder: Decoder, options: ModelCodecOptions = {}) {
    this.#performances = new PerformanceModel(decoder, options);
    this.decoder = decoder;
    this.vocabulary = this.#performances.vocabulary;
  }

  /**
   * Generates events that continue a primer, or a new piece without one: endless, or `seconds` of music. Stop iterating or abort
   * `signal` to stop the model.
   *
   * @throws PrimerError when the score has no notes; SelectionError when `tracks` takes none; OptionError for an option out of range.
   * @example
   * for await (const event of piano.continue(score, { seconds: 10, seed: 7 })) console.log(event.kind, event.seconds);
   */
  continue(primer: Primer | undefined, options: ContinueOptions = {}): AsyncGenerator<MusicEvent, void> {
    return this.#performances.continue(primerIds(primer, this.vocabulary, options), options);
  }

  /**
   * Explains an event: the candidates with their probabilities, and attention weights. Positions of attention are indices into `ids`;
   * -1 is START.
   *
   * @param ids a performance without START and END.
   * @param index index of the event; `ids.length` for the event that would follow.
   * @throws OptionError for an index or option out of range; EngineError for a layer or head that the model does not have.
   * @example
   * const { candidates } = await piano.explain(ids, 12, { topP: 0.95 }); // [{ id, probability }, …]
   * const { layers } = await piano.explain(ids, 12, { layers: true }); // [{ layer: null, candidates, … }, { layer: 0, … }, …]
   */
  explain(ids: readonly number[], index: number, options: ExplainOptions = {}): Promise<Explanation> {
    return this.#performances.explain(ids, index, options);
  }

  /**
   * Prefills the cache, so that `continue` with these ids or more, and with `reuseBeyondWindow`, starts at once.
   *
   * @param ids a performance without START and END.
   */
  prefill(ids: readonly number[]): Promise<void> {
    return this.#performances.prefill(ids);
  }

  /**
   * Generates a score: a new piece, or a continuation of `primer`. Notes that sound at the end of `seconds` end there.
   *
   * @throws PrimerError when the primer has no notes; SelectionError when `tracks` takes none; OptionError for an option out of
   * range; ChannelError when no channel is free for the new notes.
   * @example
   * const { score } = await piano.generate({ seconds: 60, seed: 7 });
   * await writeFile("new.mid", writeMidi(score));
   */
  generate(options: GenerateOptions): Promise<GeneratedMusic> {
    return generateScore(this.#performances, options);
  }

  /**
   * Generates several scores from one primer, with consecutive seeds from `seed` on. They run as one batch, which is much faster, except
   * in int8 on WebAssembly. Rounding may then, rarely, change which of two almost equally likely events is sampled. With a draft model
   * they run one after the other.
   *
   * @param count number of scores, 1 to 64.
   * @throws PrimerError, SelectionError and OptionError as `generate`.
   * @example
   * const [a, b, c] = await piano.variations(3, { primer, seconds: 30, seed: 7 }); // seeds 7, 8 and 9
   */
  async variations(count: number, options: VariationsOptions): Promise<GeneratedMusic[]> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_VARIATIONS) {
      throw new OptionError(`variations must be a whole number from 1 to ${MAX_VARIATIONS}, got ${count}`);
    }
    const first = musicSampler(options, this.vocabulary).seed;
    const seeds = Array.from(
      { length: count },
      (_, i) => musicSampler({ ...options, seed: first + i }, this.vocabulary).seed,
    );
    const prompt = prepareScore(this.vocabulary, options);
    const { onEvent, ...common } = options;
    const optionsOf = (variation: number): GenerateOptions => ({
      ...common,
      seed: seeds[variation],
      ...(onEvent && { onEvent: (event: MusicEvent) => onEvent(event, variation) }),
    });
    const generate = async (own: GenerateOptions, lease?: ContextLease): Promise<GeneratedMusic> => {
      const performance = await this.#performances.generate(prompt.ids, performanceOptions(own), lease);
      return finishScore(prompt, performance, own);
    };
    if (!this.decoder.hasIndependentRows || count === 1 || options.draftModel) {
      const pieces: GeneratedMusic[] = [];
      for (const i of seeds.keys()) pieces.push(await generate(optionsOf(i)));
      return pieces;
    }
    const { sequences } = new SequenceBatch(this.decoder, count, WITH_SINK);
    const failure = new AbortController(); // a failure of one aborts all
    const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
    const generating = sequences.map((context, i) =>
      generate({ ...optionsOf(i), signal }, { context, release: () => context.leave() }).catch(
        (error: unknown) => {
          failure.abort(error);
          throw error;
        },
      ),
    );
    await Promise.allSettled(generating);
    return Promise.all(generating);
  }

  /**
   * Generates a piano accompaniment for a melody, which is all notes of the score. The melody stays the same to the tick; the
   * accompaniment is a new track.
   *
   * @throws TaskError when the model was not trained for it, or the score has no notes; OptionError for an option out of range.
   * @example
   * const { score } = await piano.accompany(readMidi(melody), { seed: 7 });
   */
  accompany(melody: Score, options: GenerateTrackOptions = {}): Promise<GeneratedTrack> {
    return accompany(this.#performances, melody, options);
  }

  /**
   * Replaces the notes of a region by generated ones that fit the music before and after, which stays the same to the tick. Notes that
   * sound into the region keep their ends; the new notes are a new track.
   *
   * @throws TaskError when the model was not trained for it, or no note is outside the region; OptionError for a region or
   * option out of range.
   * @example
   * const { score } = await piano.infill(readMidi(piece), { fromSeconds: 12.5, toSeconds: 20, seed: 7 });
   */
  infill(piece: Score, options: InfillOptions): Promise<GeneratedTrack> {
    return infill(this.#performances, piece, options);
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }
}
