/** The music facade: scores in, scores out, a model between. */
import {
  decodePerformance,
  encodeScore,
  type EventKind,
  type Note,
  PerformanceDecoder,
  PerformanceGrammar,
  type PerformanceNote,
  type Score,
  type ScoreNote,
  scoreFromNotes,
  spliceContinuation,
  STEPS_PER_SECOND,
  VOCABULARIES,
  type Vocabulary,
} from "../encoding/index.ts";
import type { Decoder } from "./engine/decoder.ts";
import { type GeneratedId, generateIds } from "./engine/generate.ts";
import { Sampler } from "./engine/sampler.ts";
import { OptionError, type SamplingOptions } from "./options.ts";

/**
 * Generated notes end after this time at the latest. A piano string has died away by then (of the notes people play, pedal
 * included, three in a thousand last longer), and a model cannot end a note that began before its window.
 */
export const LONGEST_NOTE_SECONDS = 10;

/** One generated event; with `candidates`, what else it could have been. */
export interface MusicEvent extends GeneratedId {
  readonly kind: EventKind;
  readonly value: number;
  /** When it happens (a time shift: when it is over), in seconds of the new music. */
  readonly seconds: number;
}

export interface ContinueOptions extends SamplingOptions {
  /** How much new music; events beyond it are not generated. Default: endless. */
  readonly seconds?: number;
  /** How much of the primer, from its first note, is continued. Default: all of it. */
  readonly primerSeconds?: number;
  /** Give with each event this many of the likeliest candidates, and its log-probability. */
  readonly candidates?: number;
  readonly signal?: AbortSignal;
}

export interface GenerateOptions extends ContinueOptions {
  readonly seconds: number;
  /** Music to continue. Default: a piece from its beginning. */
  readonly primer?: Score;
  /** Return the new music alone, without the primer before it. Default false. */
  readonly continuationOnly?: boolean;
  readonly onEvent?: (event: MusicEvent) => void;
}

export interface GeneratedMusic {
  /** The primer as it was, then the new music; or the new music alone. */
  readonly score: Score;
  readonly seed: number;
  /** Ids generated. */
  readonly events: number;
  /** Notes generated. */
  readonly notes: number;
  /** Seconds of silence before the primer's first note, which the model was not given. */
  readonly trimmedSeconds: number;
}

/** Thrown for a primer that cannot be continued. */
export class PrimerError extends Error {
  override readonly name = "PrimerError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** A model that continues music. */
export class MusicModel {
  readonly decoder: Decoder;
  readonly vocabulary: Vocabulary;

  /** @throws OptionError when the checkpoint's vocabulary is not one of music. */
  constructor(decoder: Decoder) {
    const name = decoder.config.vocabulary ?? "(none)";
    const vocabulary = VOCABULARIES.get(name);
    if (!vocabulary) {
      throw new OptionError(
        `the model's vocabulary is "${name}", expected ${[...VOCABULARIES.keys()].join(" or ")}`,
      );
    }
    this.decoder = decoder;
    this.vocabulary = vocabulary;
  }

  /**
   * Events that continue a score, or without one begin a piece, as they are generated: endless, or `seconds` of
   * them. Stop iterating, or abort `signal`, to stop the model.
   *
   * @throws PrimerError when the score has no notes; OptionError for an option out of range.
   * @example
   * for await (const event of piano.continue(score, { seconds: 10, seed: 7 })) console.log(event.kind, event.seconds);
   */
  continue(score: Score | undefined, options: ContinueOptions = {}): AsyncGenerator<MusicEvent, void> {
    return this.#events(this.#prompt(score, options.primerSeconds).ids, new Sampler(options), options);
  }

  /**
   * Generates a score: a new piece, or a continuation of `primer`. Notes that sound when the time is up end there.
   *
   * @throws PrimerError when the primer has no notes; OptionError for an option out of range.
   * @example
   * const { score } = await piano.generate({ seconds: 60, seed: 7 });
   * await writeFile("new.mid", writeMidi(score));
   */
  async generate(options: GenerateOptions): Promise<GeneratedMusic> {
    const sampler = new Sampler(options);
    const prompt = this.#prompt(options.primer, options.primerSeconds);
    const primerDecoder = new PerformanceDecoder(this.vocabulary);
    for (const id of prompt.ids) primerDecoder.push(id);
    const ids: number[] = [];
    for await (const event of this.#events(prompt.ids, sampler, options)) {
      ids.push(event.id);
      options.onEvent?.(event);
    }
    const endStep = primerDecoder.step + Math.round(options.seconds * STEPS_PER_SECOND);
    const notes = decodePerformance([...prompt.ids, ...ids], this.vocabulary, endStep);
    const generated = notes.filter((note) => note.onset >= primerDecoder.onsets);
    const facts = { seed: sampler.seed, events: ids.length, notes: generated.length };
    const { primer } = options;
    if (!primer || options.continuationOnly) {
      const score = scoreFromNotes(moved(generated, -primerDecoder.step / STEPS_PER_SECOND));
      return { score, ...facts, trimmedSeconds: prompt.trimmedSeconds };
    }
    const score = spliceContinuation(primer, {
      primerNotes: prompt.notes,
      notes,
      primerOnsets: primerDecoder.onsets,
      startSeconds: prompt.trimmedSeconds,
      cutSeconds: prompt.isWhole ? Infinity : prompt.trimmedSeconds + primerDecoder.step / STEPS_PER_SECOND,
    });
    return { score, ...facts, trimmedSeconds: prompt.trimmedSeconds };
  }

  /** Frees the model's memory; it cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.decoder.dispose();
  }

  async *#events(
    primerIds: readonly number[],
    sampler: Sampler,
    options: ContinueOptions,
  ): AsyncGenerator<MusicEvent, void> {
    const { seconds = Infinity, candidates, signal } = options;
    if (!(seconds > 0)) throw new OptionError(`seconds must be more than 0, got ${seconds}`);
    const time = new PerformanceDecoder(this.vocabulary);
    for (const id of primerIds) time.push(id);
    const startStep = time.step;
    const grammar = new PerformanceGrammar(this.vocabulary, {
      longestNoteSteps: LONGEST_NOTE_SECONDS * STEPS_PER_SECOND,
    });
    const endId = this.vocabulary.range("END")?.first;
    const constraint = {
      push: (id: number): void => grammar.push(id),
      // The piece ends when the time is up, not before.
      mask: (legal: Uint8Array): void => {
        grammar.mask(legal);
        if (endId !== undefined) legal[endId] = 0;
      },
    };
    const start = this.vocabulary.range("START");
    const prompt = start ? [start.first, ...primerIds] : [...primerIds];
    for await (const drawn of generateIds(this.decoder, {
      prompt,
      sampler,
      constraint,
      ...(candidates === undefined ? {} : { candidates }),
      ...(signal ? { signal } : {}),
    })) {
      const { kind, value } = time.push(drawn.id);
      const now = (time.step - startStep) / STEPS_PER_SECOND;
      if (now >= seconds) return;
      yield { ...drawn, kind, value, seconds: now };
    }
  }

  /** The primer as ids, up to the last event within `primerSeconds` of its first note. */
  #prompt(primer: Score | undefined, primerSeconds = Infinity): Prompt {
    if (!primer) return { ids: [], notes: [], trimmedSeconds: 0, isWhole: true };
    if (!(primerSeconds > 0))
      throw new OptionError(`primerSeconds must be more than 0, got ${primerSeconds}`);
    const { ids, notes, trimmedSeconds } = encodeScore(primer, this.vocabulary, { trimLeadingSilence: true });
    if (notes.length === 0) {
      throw new PrimerError(
        "the primer has no notes other than percussion",
        "give a MIDI file with pitched notes",
      );
    }
    const time = new PerformanceDecoder(this.vocabulary);
    let length = 0;
    for (const [index, id] of ids.entries()) {
      const { kind } = time.push(id);
      if (time.step > primerSeconds * STEPS_PER_SECOND) break;
      // A time shift or velocity that nothing follows would foretell what comes next.
      if (kind === "NOTE_ON" || kind === "NOTE_OFF") length = index + 1;
    }
    return { ids: [...ids.subarray(0, length)], notes, trimmedSeconds, isWhole: length === ids.length };
  }
}

interface Prompt {
  readonly ids: readonly number[];
  /** The notes of the whole primer, in the order of their note-ons. */
  readonly notes: readonly ScoreNote[];
  readonly trimmedSeconds: number;
  /** Whether `ids` is all of the primer. */
  readonly isWhole: boolean;
}

function moved(notes: readonly PerformanceNote[], bySeconds: number): Note[] {
  return notes.map(({ pitch, velocity, startSeconds, endSeconds }) => ({
    pitch,
    velocity,
    startSeconds: startSeconds + bySeconds,
    endSeconds: endSeconds + bySeconds,
  }));
}
