/** `PerformanceModel`: runs the decoder, from ids to events and notes. */
import { finishedNotes, STEPS_PER_SECOND, VOCABULARIES, type Vocabulary } from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import {
  type CachedContext,
  type Decoder,
  type DraftOptions,
  type ContextLease,
  explainSample,
  type Explanation,
  generateIds,
  leaseContext,
  PrefixCachePool,
  type Sampler,
} from "../engine/index.ts";
import { OptionError, type SamplingOptions, THEMES } from "../options.ts";
import { AccompanimentTask, type MelodyPrompt } from "./accompaniment-task.ts";
import {
  buildPrompt,
  type BuiltPrompt,
  checkedStart,
  musicProcessors,
  withStartToken,
} from "./build-prompt.ts";
import { ContinuedPerformance } from "./continued-performance.ts";
import { runTask } from "./generation-task.ts";
import { InfillTask, type RegionPrompt } from "./infill-task.ts";
import { WITH_SINK } from "./limits.ts";
import type { ExplainOptions, MusicEvent } from "./options.ts";
import type {
  ContinuePerformanceOptions,
  GeneratedNotes,
  GeneratedPerformance,
  GenerateNotesOptions,
  GeneratePerformanceOptions,
  PerformanceEngine,
} from "./performance-engine.ts";
import { checkInstruments } from "./instruments.ts";
import { type ModelCodecOptions, requireCodec } from "./model-codec.ts";
import { musicSampler } from "./sampler.ts";

/** Capacity of the prefix cache, in contexts. */
const CACHED_CONTEXTS = 3;

/** A model that generates performances; `MusicModel` generates scores with it. */
export class PerformanceModel implements PerformanceEngine {
  readonly decoder: Decoder;
  readonly vocabulary: Vocabulary;
  readonly #contexts: PrefixCachePool;

  /** @throws OptionError and CheckpointError when the ids are not performance events, or their meaning is not known: see `requireCodec`. */
  constructor(decoder: Decoder, options: ModelCodecOptions = {}) {
    const name = requireCodec(decoder.config, "performance", options);
    const vocabulary = VOCABULARIES.get(name);
    if (!vocabulary) throw new TypeError(`the vocabulary "${name}" has no declaration`);
    this.decoder = decoder;
    this.vocabulary = vocabulary;
    this.#contexts = new PrefixCachePool(decoder, CACHED_CONTEXTS, WITH_SINK);
  }

  get config(): DecoderConfig {
    return this.decoder.config;
  }

  /** See `MusicModel.continue`. @throws OptionError for an option out of range. */
  continue(
    primerIds: readonly number[],
    options: ContinuePerformanceOptions = {},
  ): AsyncGenerator<MusicEvent, void> {
    checkInstruments(options.instruments);
    const sampler = musicSampler(options, this.vocabulary, primerIds.slice(0, options.generatedFrom));
    const build = (): BuiltPrompt =>
      buildPrompt(this.config, this.vocabulary, primerIds, options, processorSeed(sampler, options));
    return this.#events(build, sampler, options);
  }

  /**
   * Notes that sound at the end of `seconds` end there.
   *
   * @param lease the context, if not one of the prefix cache; it is released at the end.
   * @throws OptionError for an option out of range; TaskError when the model was not trained for the ending, style or density.
   */
  async generate(
    primerIds: readonly number[],
    options: GeneratePerformanceOptions,
    lease?: ContextLease,
  ): Promise<GeneratedPerformance> {
    const sampler = musicSampler(options, this.vocabulary, primerIds.slice(0, options.generatedFrom));
    const seed = processorSeed(sampler, options);
    const built = buildPrompt(this.config, this.vocabulary, primerIds, options, seed, true);
    let events = 0;
    for await (const event of this.#events(() => built, sampler, options, lease)) {
      events += 1;
      options.onEvent?.(event);
    }
    const { state, start, notes } = built.performance;
    // A piece with an ending has its own length.
    const endStep = options.ending ? state.step : start.step + Math.round(options.seconds * STEPS_PER_SECOND);
    const { onsets, step } = start;
    return { seed: sampler.seed, events, notes: finishedNotes(notes, endStep), start: { onsets, step } };
  }

  /** @throws OptionError for an option out of range. */
  async accompany(
    { ids, notes, seconds }: MelodyPrompt,
    options: GenerateNotesOptions = {},
  ): Promise<GeneratedNotes> {
    const sampler = musicSampler(options, this.vocabulary);
    const task = new AccompanimentTask(this.vocabulary, ids, notes, processorSeed(sampler, options));
    await runTask(this, task, sampler, seconds, options);
    return { seed: sampler.seed, events: task.events, notes: task.finish() };
  }

  /** @throws OptionError for an option out of range. */
  async infill(region: RegionPrompt, options: GenerateNotesOptions = {}): Promise<GeneratedNotes> {
    const { parts, fromStep, toStep, heldKeys } = region;
    const sampler = musicSampler(options, this.vocabulary);
    const seed = processorSeed(sampler, options);
    const task = new InfillTask(this.vocabulary, parts, toStep - fromStep, heldKeys, seed);
    await runTask(this, task, sampler, (toStep - fromStep) / STEPS_PER_SECOND, options);
    const notes = task.finish(fromStep / STEPS_PER_SECOND);
    return { seed: sampler.seed, events: task.events, notes };
  }

  /** See `MusicModel.explain`. */
  async explain(ids: readonly number[], index: number, options: ExplainOptions = {}): Promise<Explanation> {
    if (!Number.isInteger(index) || index < 0 || index > ids.length) {
      throw new OptionError(`index must be a whole number from 0 to ${ids.length}, got ${index}`);
    }
    const { candidates = 12, attention, layers, driftControl = true, generatedFrom, ...rest } = options;
    // Without a seed, the same explanation each time.
    const sampling = { ...rest, seed: rest.seed ?? 0 };
    const sampler = musicSampler(
      sampling,
      this.vocabulary,
      ids.slice(0, Math.min(index, generatedFrom ?? index)),
    );
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
      explainSample(context, this.config.vocabularySize, {
        prompt,
        id: ids[index],
        sampler,
        processors: musicProcessors(performance, {
          driftControl,
          themes: sampling.themes ?? THEMES,
          promptLength,
          seed: processorSeed(sampler, sampling),
        }),
        candidates,
        attention,
        layers,
      }),
    );
    return {
      ...explanation,
      attention: explanation.attention.map((layer) => ({ ...layer, from: layer.from - startTokens })),
    };
  }

  /** See `MusicModel.prefill`. */
  async prefill(ids: readonly number[]): Promise<void> {
    const prompt = withStartToken(this.vocabulary, ids);
    if (prompt.length > 0)
      await this.#withContext(prompt, (context) => context.prefill(prompt, { reuseBeyondWindow: true }));
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }

  async *#events(
    build: () => BuiltPrompt,
    sampler: Sampler,
    options: ContinuePerformanceOptions,
    lease?: ContextLease,
  ): AsyncGenerator<MusicEvent, void> {
    const { seconds = Infinity, candidates, reuseBeyondWindow = false, signal } = options;
    const { prompt, performance, processors, sampled } = build();
    const { state } = performance;
    const { context, release } = lease ?? (await this.#lease(prompt, options));
    try {
      for await (const generated of generateIds(this.decoder, {
        prompt,
        sampler,
        processors,
        context,
        randomStep: options.randomStep ?? sampled,
        reuseBeyondWindow,
        candidates,
        signal,
      })) {
        const { kind, value } = this.vocabulary.event(generated.id);
        const now = (state.step - performance.start.step) / STEPS_PER_SECOND;
        if (kind === "END" || (now >= seconds && !options.ending)) return;
        // Control tokens are not music.
        if (kind === "TASK" || kind === "STYLE") continue;
        yield { ...generated, kind, value, seconds: now };
      }
    } finally {
      release();
    }
  }

  #lease(prompt: readonly number[], options: DraftOptions): Promise<ContextLease> {
    const acquire = (): CachedContext => this.#contexts.acquire(prompt);
    return leaseContext(this, prompt, options, acquire, (context) => this.#contexts.release(context));
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

/** The seed of the logits processors: the sampler's, or 0 at temperature 0, where the result is the same for all seeds. */
function processorSeed({ seed }: Sampler, { temperature }: SamplingOptions): number {
  return temperature === 0 ? 0 : seed;
}
