/** `MusicModel`: from scores to generated scores. */
import {
  finishedNotes,
  shiftNotes,
  type Score,
  scoreFromNotes,
  spliceContinuation,
  STEPS_PER_SECOND,
  VOCABULARIES,
  type Vocabulary,
} from "../../encoding/index.ts";
import {
  type Decoder,
  explainSample,
  type Explanation,
  generateIds,
  type BatchSequence,
  SequenceBatch,
  type CachedContext,
  PrefixCachePool,
  type Sampler,
} from "../engine/index.ts";
import { accompany } from "./accompany.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
import {
  buildPrompt,
  type BuiltPrompt,
  checkedStart,
  withStartToken,
  musicProcessors,
} from "./build-prompt.ts";
import { ContinuedPerformance } from "./continued-performance.ts";
import { infill, type InfillOptions } from "./infill.ts";
import { MAX_VARIATIONS } from "./limits.ts";
import type {
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  MusicEvent,
  Primer,
  VariationsOptions,
} from "./options.ts";
import { checkPort } from "./port.ts";
import { type EncodedPrimer, encodePrimer } from "./primer.ts";
import { musicSampler } from "./sampler.ts";
import { OptionError } from "../options.ts";

/** Capacity of the prefix cache, in contexts. */
const CACHED_CONTEXTS = 3;

/** The first quarter of a window is never evicted, however long the music gets. */
const WITH_SINK = true;

/** A model that continues music. */
export class MusicModel {
  readonly decoder: Decoder;
  readonly vocabulary: Vocabulary;
  readonly #contexts: PrefixCachePool;

  /** @throws OptionError when the checkpoint's vocabulary is not one of music. */
  constructor(decoder: Decoder) {
    const { vocabulary: name = "text" } = decoder.config;
    const vocabulary = VOCABULARIES.get(name);
    if (!vocabulary) {
      throw new OptionError(
        name === "text"
          ? "the model writes text, not music"
          : `the model's vocabulary is "${name}", expected ${[...VOCABULARIES.keys()].join(" or ")}`,
        {
          code: "not-for-this-model",
          hint:
            name === "text"
              ? "load it with loadTextModel"
              : "load a checkpoint with one of these vocabularies",
        },
      );
    }
    this.decoder = decoder;
    this.vocabulary = vocabulary;
    this.#contexts = new PrefixCachePool(decoder, CACHED_CONTEXTS, WITH_SINK);
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
    const isIds = primer !== undefined && "length" in primer;
    const ids = isIds ? primer : encodePrimer(primer, this.vocabulary, options).ids;
    const build = (): BuiltPrompt => buildPrompt(this.decoder.config, this.vocabulary, ids, options);
    return this.#events(build, musicSampler(options, this.vocabulary), options);
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
   */
  async explain(ids: readonly number[], index: number, options: ExplainOptions = {}): Promise<Explanation> {
    if (!Number.isInteger(index) || index < 0 || index > ids.length) {
      throw new OptionError(`index must be a whole number from 0 to ${ids.length}, got ${index}`);
    }
    const { candidates = 12, attention, driftControl = true, generatedFrom, ...sampling } = options;
    const sampler = musicSampler(sampling, this.vocabulary);
    const prompt = withStartToken(this.vocabulary, ids.slice(0, index));
    if (prompt.length === 0) {
      throw new OptionError("index 0 has no id before it, and the vocabulary has no START", {
        code: "out-of-range",
        hint: "give an index of 1 or more",
      });
    }
    const startTokens = prompt.length - index;
    const promptLength = startTokens + checkedStart(generatedFrom, index);
    const performance = new ContinuedPerformance(this.vocabulary, prompt.length, false);
    const explanation = await this.#withContext(prompt, (context) =>
      explainSample(context, this.decoder.config.vocabularySize, {
        prompt,
        id: ids[index],
        sampler,
        processors: musicProcessors(performance, { driftControl, promptLength }),
        candidates,
        attention,
      }),
    );
    return {
      ...explanation,
      attention: explanation.attention.map((layer) => ({ ...layer, from: layer.from - startTokens })),
    };
  }

  /**
   * Prefills the cache, so that `continue` with these ids or more, and with `reuseBeyondWindow`, starts at once.
   *
   * @param ids a performance without START and END.
   */
  async prefill(ids: readonly number[]): Promise<void> {
    const prompt = withStartToken(this.vocabulary, ids);
    if (prompt.length > 0)
      await this.#withContext(prompt, (context) => context.prefill(prompt, { reuseBeyondWindow: true }));
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
  async generate(options: GenerateOptions): Promise<GeneratedMusic> {
    return this.#generate(
      encodePrimer(options.primer, this.vocabulary, options),
      musicSampler(options, this.vocabulary),
      options,
    );
  }

  /**
   * Generates several scores from one primer, with consecutive seeds from `seed` on. They run as one batch, which is much faster, except
   * in int8 on WebAssembly. Rounding may then, rarely, change which of two almost equally likely events is sampled.
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
    const samplers = Array.from({ length: count }, (_, i) =>
      musicSampler({ ...options, seed: first + i }, this.vocabulary),
    );
    const prompt = encodePrimer(options.primer, this.vocabulary, options);
    const { onEvent, ...common } = options;
    const optionsOf = (variation: number): GenerateOptions =>
      onEvent ? { ...common, onEvent: (event) => onEvent(event, variation) } : common;
    if (!this.decoder.hasIndependentRows || count === 1) {
      const pieces: GeneratedMusic[] = [];
      for (const [i, sampler] of samplers.entries())
        pieces.push(await this.#generate(prompt, sampler, optionsOf(i)));
      return pieces;
    }
    const { sequences } = new SequenceBatch(this.decoder, count, WITH_SINK);
    const failure = new AbortController(); // a failure of one aborts all
    const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
    const generating = samplers.map((sampler, i) =>
      this.#generate(prompt, sampler, { ...optionsOf(i), signal }, sequences[i]).catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
    );
    await Promise.allSettled(generating);
    return Promise.all(generating);
  }

  async #generate(
    prompt: EncodedPrimer,
    sampler: Sampler,
    options: GenerateOptions,
    sequence?: BatchSequence,
  ): Promise<GeneratedMusic> {
    checkPort(options.port);
    const built = buildPrompt(this.decoder.config, this.vocabulary, prompt.ids, options, true);
    let events = 0;
    for await (const event of this.#events(() => built, sampler, options, sequence)) {
      events += 1;
      options.onEvent?.(event);
    }
    const { state, start, notes: allNotes } = built.performance;
    // A piece with an ending has its own length.
    const endStep = options.ending ? state.step : start.step + Math.round(options.seconds * STEPS_PER_SECOND);
    const notes = finishedNotes(allNotes, endStep);
    const generated = notes.filter((note) => note.onset >= start.onsets);
    const last = generated.reduce((latest, note) => Math.max(latest, note.endStep), start.step);
    const seconds = options.ending ? (last - start.step) / STEPS_PER_SECOND : options.seconds;
    const { trimmedSeconds, leftOutSeconds, silenceFromSeconds } = prompt;
    const facts = {
      seed: sampler.seed,
      events,
      notes: generated.length,
      seconds,
      trimmedSeconds,
      leftOutSeconds,
    };
    const { primer, port } = options;
    if (!primer || options.continuationOnly) {
      const score = scoreFromNotes(shiftNotes(generated, -start.step / STEPS_PER_SECOND));
      return { score, ...facts };
    }
    const score = spliceContinuation(primer, {
      primerNotes: prompt.notes,
      notes,
      primerOnsets: start.onsets,
      startSeconds: trimmedSeconds,
      cutSeconds: prompt.isWhole ? Infinity : trimmedSeconds + start.step / STEPS_PER_SECOND,
      silenceFromSeconds,
      port,
    });
    return { score, ...facts };
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
    return accompany(this.decoder, this.vocabulary, melody, options);
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
    return infill(this.decoder, this.vocabulary, piece, options);
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }

  async *#events(
    build: () => BuiltPrompt,
    sampler: Sampler,
    options: ContinueOptions,
    sequence?: BatchSequence,
  ): AsyncGenerator<MusicEvent, void> {
    const { seconds = Infinity, candidates, reuseBeyondWindow = false, signal } = options;
    const { prompt, performance, processors, sampled } = build();
    const { state } = performance;
    const cached = sequence ? undefined : this.#contexts.acquire(prompt);
    try {
      for await (const drawn of generateIds(this.decoder, {
        prompt,
        sampler,
        processors,
        context: sequence ?? cached,
        randomStep: options.randomStep ?? sampled,
        reuseBeyondWindow,
        candidates,
        signal,
      })) {
        const { kind, value } = this.vocabulary.event(drawn.id);
        const now = (state.step - performance.start.step) / STEPS_PER_SECOND;
        if (kind === "END" || (now >= seconds && !options.ending)) return;
        // Control tokens are no music.
        if (kind === "TASK" || kind === "STYLE") continue;
        yield { ...drawn, kind, value, seconds: now };
      }
    } finally {
      sequence?.leave();
      if (cached) this.#contexts.release(cached);
    }
  }

  async #withContext<T>(ids: readonly number[], use: (context: CachedContext) => Promise<T>): Promise<T> {
    const context = this.#contexts.acquire(ids);
    try {
      return await use(context);
    } finally {
      this.#contexts.release(context);
    }
  }
}
