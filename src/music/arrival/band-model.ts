/** `BandModel`: music of several instruments with a model of arrival times, such as the Anticipatory Music Transformer. */
import {
  addParts,
  ARRIVAL_VOCABULARIES,
  type ArrivalNote,
  arrivalNotes,
  arrivalScore,
  arrivalSteps,
  type ArrivalVocabulary,
  continueWithParts,
  DRUMS,
  isSelected,
  replaceWithParts,
  type Score,
} from "../../../encoding/index.ts";
import {
  CachedContext,
  type Decoder,
  leaseContext,
  PrefixCachePool,
  type Sampler,
} from "../../engine/index.ts";
import { OptionError } from "../../options.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "../generated-track.ts";
import type { GeneratedMusic } from "../options.ts";
import { MAX_VARIATIONS } from "../limits.ts";
import { type ModelCodecOptions, requireCodec } from "../model-codec.ts";
import { checkPort } from "../port.ts";
import { TaskError } from "../task-error.ts";
import { arrivalDrafting } from "./arrival-drafter.ts";
import { arrivalSampler } from "./arrival-model.ts";
import { arrivalPrimer } from "./arrival-primer.ts";
import type {
  BandContinueOptions,
  BandExplainOptions,
  BandExplanation,
  BandGenerateOptions,
  BandInfillOptions,
  BandNote,
  BandVariationsOptions,
} from "./band-options.ts";
import { BandNotes } from "./band-note.ts";
import { explainArrival } from "./explain-arrival.ts";
import { type GeneratedArrival, generateArrival } from "./generate-arrival.ts";
import { newParts, NoteFinisher, type NoteWithVelocity } from "./new-parts.ts";

const STEPS_PER_SECOND = 100;
/** The ids of an event: a triple of onset, duration and note. */
const IDS_PER_EVENT = 3;

/** The music around the notes to generate. */
interface Setting {
  readonly prompt: readonly ArrivalNote[];
  readonly controls: readonly ArrivalNote[];
  readonly startStep: number;
  readonly endStep: number;
}

/** A model that continues, accompanies and completes music of several instruments. */
export class BandModel {
  readonly decoder: Decoder;
  readonly vocabulary: ArrivalVocabulary;
  /** The cached context of the last explanation: the next one is often of the same window. */
  readonly #explained: PrefixCachePool;

  /** @throws OptionError and CheckpointError when the ids are not arrival times, or their meaning is not known: see `requireCodec`. */
  constructor(decoder: Decoder, options: ModelCodecOptions = {}) {
    const { config } = decoder;
    const name = requireCodec(config, "arrival", options);
    const vocabulary = ARRIVAL_VOCABULARIES.get(name);
    if (!vocabulary || vocabulary.size > config.vocabularySize) {
      throw new OptionError(`the model has ${config.vocabularySize} ids, too few for "${name}"`, {
        code: "not-for-this-model",
        hint: "the checkpoint is damaged, or its vocabulary is another one",
      });
    }
    this.decoder = decoder;
    this.vocabulary = vocabulary;
    this.#explained = new PrefixCachePool(decoder, 1);
  }

  /**
   * Generates notes that continue a primer, or a new piece without one: endless, or `seconds` of music.
   *
   * @throws PrimerError when the score or the selection has no notes; OptionError for an option out of range.
   */
  async *continue(
    primer: Score | undefined,
    options: BandContinueOptions = {},
  ): AsyncGenerator<BandNote, void> {
    const { notes, startStep } = this.#primer(primer, options);
    const endStep = endOf(startStep, options.seconds);
    const finisher = new NoteFinisher(notes, endStep);
    const bandNotes = new BandNotes(this.vocabulary, startStep);
    const setting = { prompt: notes, controls: [], startStep, endStep };
    for await (const { event, samples } of this.#events(
      setting,
      arrivalSampler(options, this.vocabulary),
      options,
    )) {
      if (event.kind === "note") yield bandNotes.next(finisher.finish(event), samples);
    }
  }

  /**
   * Generates a score: a new piece, or a continuation of `primer`, with one track per instrument. Notes that sound at the end of `seconds`
   * end there.
   *
   * @throws PrimerError when the primer or the selection has no notes; OptionError for an option out of range; ChannelError when no
   * channel is free for a part; ArrivalError for a new piece with more than 15 instruments.
   */
  async generate(options: BandGenerateOptions): Promise<GeneratedMusic> {
    const { primer, port, continuationOnly = false, onEvent } = options;
    checkPort(port);
    const { notes, cut, startStep, trimmedSeconds, leftOutSeconds } = this.#primer(primer, options);
    const endStep = endOf(startStep, options.seconds);
    const sampler = arrivalSampler(options, this.vocabulary);
    const finisher = new NoteFinisher(notes, endStep);
    const bandNotes = new BandNotes(this.vocabulary, startStep);
    const finished: NoteWithVelocity[] = [];
    let events = 0;
    const setting = { prompt: notes, controls: [], startStep, endStep };
    for await (const { event, samples } of this.#events(setting, sampler, options)) {
      events += IDS_PER_EVENT;
      if (event.kind !== "note") continue;
      const note = finisher.finish(event);
      finished.push(note);
      onEvent?.(bandNotes.next(note, samples));
    }
    const score =
      !primer || continuationOnly
        ? arrivalScore(finished.map((note) => ({ ...note, onsetStep: note.onsetStep - startStep })))
        : continueWithParts(primer, newParts(finished), cut, { port });
    return {
      score,
      seed: sampler.seed,
      events,
      notes: finished.length,
      seconds: options.seconds,
      trimmedSeconds,
      leftOutSeconds,
      velocities: finisher.velocitySource,
    };
  }

  /**
   * Generates several scores from one primer, one after the other, with consecutive seeds from `seed` on.
   *
   * @param count number of scores, 1 to 64.
   * @throws PrimerError, OptionError, ChannelError and ArrivalError as `generate`.
   */
  async variations(count: number, options: BandVariationsOptions): Promise<GeneratedMusic[]> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_VARIATIONS)
      throw new OptionError(`variations must be a whole number from 1 to ${MAX_VARIATIONS}, got ${count}`);
    const { seed } = arrivalSampler(options, this.vocabulary);
    const { onEvent, ...common } = options;
    const pieces: GeneratedMusic[] = [];
    for (let i = 0; i < count; i += 1) {
      const report = onEvent ? { onEvent: (note: BandNote) => onEvent(note, i) } : {};
      pieces.push(await this.generate({ ...common, ...report, seed: seed + i }));
    }
    return pieces;
  }

  /**
   * Generates parts that accompany all notes of a score, which stays the same to the tick.
   *
   * @throws TaskError when the score has no notes; OptionError for an option out of range; ChannelError when no channel is free.
   */
  async accompany(given: Score, options: GenerateTrackOptions = {}): Promise<GeneratedTrack> {
    checkPort(options.port);
    const controls = arrivalNotes(given, { vocabulary: this.vocabulary });
    if (controls.length === 0) {
      throw new TaskError("the given music has no notes", {
        code: "no-notes",
        hint: "give a MIDI file with notes",
      });
    }
    const endStep = controls.reduce(
      (latest, { onsetStep, durationSteps }) => Math.max(latest, onsetStep + durationSteps),
      0,
    );
    const setting = { prompt: [], controls, startStep: 0, endStep };
    const { notes, ...facts } = await this.#notes(setting, controls, options);
    const score = addParts(given, newParts(notes), { port: options.port });
    return { score, ...facts, notes: notes.length };
  }

  /**
   * Replaces the notes that begin in a region, of all tracks or of the selected ones, by generated ones that fit the rest, which stays the
   * same to the tick. New notes have the instruments of the selected tracks, unless `instruments` names others.
   *
   * @throws TaskError when the piece has no other notes; OptionError for a region or option out of range; ChannelError when no
   * channel is free.
   */
  async infill(piece: Score, options: BandInfillOptions): Promise<GeneratedTrack> {
    const { fromSeconds, toSeconds, tracks, port } = options;
    checkPort(port);
    if (!(fromSeconds >= 0 && fromSeconds < Infinity))
      throw new OptionError(`fromSeconds must be 0 or more, got ${fromSeconds}`);
    if (!(toSeconds > fromSeconds && toSeconds < Infinity))
      throw new OptionError(`toSeconds must be more than fromSeconds, got ${fromSeconds} to ${toSeconds}`);
    const [startStep, endStep] = [arrivalSteps(fromSeconds), arrivalSteps(toSeconds)];
    const removed = piece.notes.filter(
      (note) =>
        arrivalSteps(note.startSeconds) >= startStep &&
        arrivalSteps(note.startSeconds) < endStep &&
        (!tracks || isSelected(note, tracks)),
    );
    const removedNotes = new Set(removed);
    const rest = piece.notes.filter((note) => !removedNotes.has(note));
    const around = arrivalNotes({ notes: rest }, { vocabulary: this.vocabulary });
    if (around.length === 0) {
      throw new TaskError("the piece has no notes outside the region", {
        code: "no-notes",
        hint: "choose a shorter region",
      });
    }
    const isBefore = ({ onsetStep }: ArrivalNote): boolean => onsetStep < startStep;
    const setting = {
      prompt: around.filter(isBefore),
      controls: around.filter((note) => !isBefore(note)),
      startStep,
      endStep,
    };
    const own = new Set(
      tracks &&
        piece.notes
          .filter((note) => isSelected(note, tracks))
          .map(({ isPercussion, program }) => (isPercussion ? DRUMS : program)),
    );
    const instruments = options.instruments ?? (own.size > 0 ? own : undefined);
    const { notes, ...facts } = await this.#notes(setting, around, { ...options, instruments });
    const score = replaceWithParts(piece, removed, newParts(notes), { port });
    return { score, ...facts, notes: notes.length };
  }

  /** Generates the notes of a setting. @param given the music around them, for their velocities. */
  async #notes(
    setting: Setting,
    given: readonly ArrivalNote[],
    options: GenerateTrackOptions,
  ): Promise<Omit<GeneratedTrack, "score" | "notes"> & { notes: NoteWithVelocity[] }> {
    const seconds = (setting.endStep - setting.startStep) / STEPS_PER_SECOND;
    const sampler = arrivalSampler(options, this.vocabulary);
    const finisher = new NoteFinisher(given, setting.endStep);
    const notes: NoteWithVelocity[] = [];
    let events = 0;
    for await (const { event } of this.#events(setting, sampler, options)) {
      events += IDS_PER_EVENT;
      if (event.kind === "note") notes.push(finisher.finish(event));
      const done = (event.onsetStep - setting.startStep) / STEPS_PER_SECOND;
      options.onProgress?.({ events, seconds: done, of: seconds });
    }
    return { seed: sampler.seed, events, seconds, notes, velocities: finisher.velocitySource };
  }

  /**
   * Explains an id of a window: the candidates in words with their probabilities, and attention weights, whose positions are indices into
   * `ids`. The mask is that of a generation that begins with the window.
   *
   * @param ids a window, as `encodeArrival` returns it.
   * @param index index of the id, from 1; `ids.length` for the one that would follow.
   * @throws OptionError for an index or option out of range; EngineError for a layer or head that the model does not have.
   * @example
   * const [window] = encodeArrival(score);
   * const { candidates } = await band.explain([...window.ids], 3); // [{ id, probability, words: "C2 on Acoustic Bass" }, …]
   */
  async explain(
    ids: readonly number[],
    index: number,
    options: BandExplainOptions = {},
  ): Promise<BandExplanation> {
    const { vocabulary } = this;
    const { vocabularySize } = this.decoder.config;
    const sampler = arrivalSampler(options, this.vocabulary);
    const context = this.#explained.acquire(ids);
    try {
      return await explainArrival(context, ids, index, { ...options, vocabulary, vocabularySize, sampler });
    } finally {
      this.#explained.release(context);
    }
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }

  #primer(primer: Score | undefined, options: BandContinueOptions) {
    return primer
      ? arrivalPrimer(primer, this.vocabulary, options)
      : {
          notes: [],
          cut: { seconds: 0, cuts: false, keepsTrackEnds: true },
          startStep: 0,
          trimmedSeconds: 0,
          leftOutSeconds: 0,
        };
  }

  async *#events(
    setting: Setting,
    sampler: Sampler,
    {
      instruments,
      signal,
      candidates,
      draftModel,
      speculation,
    }: Pick<BandContinueOptions, "instruments" | "signal" | "candidates" | "draftModel" | "speculation">,
  ): AsyncGenerator<GeneratedArrival, void> {
    const own = (): CachedContext => new CachedContext(this.decoder);
    const drafting = arrivalDrafting(this.vocabulary);
    const { context, release } = await leaseContext(this, [], { draftModel, speculation, drafting }, own);
    try {
      yield* generateArrival(this.decoder, {
        vocabulary: this.vocabulary,
        sampler,
        ...setting,
        players: instruments,
        candidates,
        context,
        signal,
      });
    } finally {
      release();
    }
  }
}

/** @throws OptionError for `seconds` of 0 or less. */
function endOf(startStep: number, seconds = Infinity): number {
  if (!(seconds > 0)) throw new OptionError(`seconds must be more than 0, got ${seconds}`);
  return startStep + Math.round(seconds * STEPS_PER_SECOND);
}
