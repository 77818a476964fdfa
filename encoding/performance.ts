/**
 * Notes <-> performance ids, with the semantics of note-seq (`performance_lib.py`, `sequences_lib.py`): a grid of
 * 10 ms, the events of one step in the order note-offs (by onset), then note-ons (by onset), velocity only where its
 * bin changes.
 */
import type { Note } from "./score.ts";
import type { EventKind, Vocabulary, VocabularyEvent } from "./vocabulary.ts";

export const STEPS_PER_SECOND = 100;
/** Nobody plays longer; a damaged file that claims more would cost an id for each second of silence. */
const MAX_SECONDS = 100 * 3600;
/** The velocity of notes before the first VELOCITY event. */
const DEFAULT_VELOCITY = 100;

/** Thrown for notes that have no encoding. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

/** Seconds to the nearest step of 10 ms; half a step is rounded up. */
export function quantize(seconds: number): number {
  return Math.floor(seconds * STEPS_PER_SECOND + 0.5);
}

/**
 * Encodes notes as ids. A note shorter than one step is given one step; silence after the last event is not encoded.
 *
 * @param notes in any order, times in seconds from the start of the piece; pedal and percussion already dealt with.
 * @throws EncodingError for a time that is negative or beyond 100 hours; VocabularyError for a pitch that the vocabulary lacks.
 * @example
 * encodePerformance([{ pitch: 60, velocity: 100, startSeconds: 0, endSeconds: 0.5 }], PERFORMANCE_388);
 * // VELOCITY 25, NOTE_ON 60, TIME_SHIFT 50, NOTE_OFF 60 → [380, 60, 305, 188]
 */
export function encodePerformance(notes: readonly Note[], vocabulary: Vocabulary): Uint16Array<ArrayBuffer> {
  const sorted = byOnset(notes);
  const { startSteps, endSteps, byEnd } = quantizeNotes(sorted);
  const noteOn = idTable(vocabulary, "NOTE_ON");
  const noteOff = idTable(vocabulary, "NOTE_OFF");
  const timeShift = idTable(vocabulary, "TIME_SHIFT");
  const velocity = idTable(vocabulary, "VELOCITY");
  const maxShift = timeShift.last;
  // A note has at most an on, an off and a velocity; every shift but the 100s is followed by one of the first two.
  const lastStep = endSteps.reduce((latest, step) => Math.max(latest, step), 0);
  const ids = new Uint16Array(sorted.length * 5 + Math.ceil(lastStep / maxShift));
  let length = 0;
  let now = 0;
  let currentBin = 0;
  let nextOff = 0;

  const advance = (step: number): void => {
    for (; step - now > maxShift; now += maxShift) ids[length++] = timeShift.id(maxShift);
    if (step > now) ids[length++] = timeShift.id(step - now);
    now = step;
  };
  const offsUntil = (step: number): void => {
    for (; nextOff < byEnd.length; nextOff += 1) {
      const index = byEnd[nextOff] ?? 0;
      const end = endSteps[index] ?? 0;
      if (end > step) return;
      advance(end);
      ids[length++] = noteOff.id(sorted[index]?.pitch ?? -1);
    }
  };
  for (const [index, note] of sorted.entries()) {
    const start = startSteps[index] ?? 0;
    offsUntil(start);
    advance(start);
    const bin = vocabulary.velocityBin(note.velocity);
    if (bin !== currentBin) ids[length++] = velocity.id(bin);
    currentBin = bin;
    ids[length++] = noteOn.id(note.pitch);
  }
  offsUntil(Infinity);
  return ids.slice(0, length);
}

/** A decoded note; `onset` counts the note-ons of the sequence from 0. */
export interface PerformanceNote extends Note {
  readonly startStep: number;
  readonly endStep: number;
  readonly onset: number;
}

/**
 * Decodes ids into notes, ordered by note-on. A note-off ends the oldest open note of its pitch and is ignored where
 * there is none; notes of no length are dropped; notes still open end with the last event, or at `endStep` if it is given.
 *
 * @throws VocabularyError for an id outside the vocabulary.
 */
export function decodePerformance(
  ids: Iterable<number>,
  vocabulary: Vocabulary,
  endStep?: number,
): PerformanceNote[] {
  const decoder = new PerformanceDecoder(vocabulary);
  for (const id of ids) decoder.push(id);
  return decoder.finish(endStep);
}

interface OpenNote {
  readonly pitch: number;
  readonly velocity: number;
  readonly startStep: number;
  readonly onset: number;
}

/** Decodes one id at a time, so that notes can be heard while they are generated. */
export class PerformanceDecoder {
  readonly #vocabulary: Vocabulary;
  readonly #open = new Map<number, OpenNote[]>();
  readonly #notes: PerformanceNote[] = [];
  #velocity = DEFAULT_VELOCITY;
  #step = 0;
  #onsets = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Time of the last event, in steps of 10 ms. */
  get step(): number {
    return this.#step;
  }

  /** Note-ons so far. */
  get onsets(): number {
    return this.#onsets;
  }

  /** Takes the next id; returns its event. */
  push(id: number): VocabularyEvent {
    const event = this.#vocabulary.event(id);
    const { kind, value } = event;
    if (kind === "TIME_SHIFT") {
      this.#step += value;
    } else if (kind === "VELOCITY") {
      this.#velocity = this.#vocabulary.velocityOfBin(value);
    } else if (kind === "NOTE_ON") {
      const note = { pitch: value, velocity: this.#velocity, startStep: this.#step, onset: this.#onsets };
      this.#onsets += 1;
      const key = this.#open.get(value);
      if (key) key.push(note);
      else this.#open.set(value, [note]);
    } else if (kind === "NOTE_OFF") {
      const note = this.#open.get(value)?.shift();
      if (note) this.#end(note, this.#step);
    }
    return event;
  }

  /** Ends what is open at `step` (by default the time of the last event) and returns all notes. */
  finish(step = this.#step): PerformanceNote[] {
    for (const key of this.#open.values()) for (const note of key) this.#end(note, step);
    this.#open.clear();
    return this.#notes.sort((a, b) => a.onset - b.onset);
  }

  #end(note: OpenNote, endStep: number): void {
    if (endStep <= note.startStep) return;
    this.#notes.push({
      ...note,
      endStep,
      startSeconds: note.startStep / STEPS_PER_SECOND,
      endSeconds: endStep / STEPS_PER_SECOND,
    });
  }
}

/**
 * Moves notes so that the first one starts at 0.
 *
 * @returns the moved notes, and the seconds of silence that were taken away.
 */
export function trimLeadingSilence<N extends Note>(
  notes: readonly N[],
): { notes: N[]; trimmedSeconds: number } {
  let trimmedSeconds = Infinity;
  for (const note of notes) trimmedSeconds = Math.min(trimmedSeconds, note.startSeconds);
  if (notes.length === 0) return { notes: [], trimmedSeconds: 0 };
  return {
    trimmedSeconds,
    notes: notes.map((note) => ({
      ...note,
      startSeconds: note.startSeconds - trimmedSeconds,
      endSeconds: note.endSeconds - trimmedSeconds,
    })),
  };
}

/** The order in which note-ons are encoded: by unquantised start, then pitch; equal ones as they were given. */
export function byOnset<N extends Note>(notes: readonly N[]): N[] {
  return [...notes].sort((a, b) => a.startSeconds - b.startSeconds || a.pitch - b.pitch);
}

function quantizeNotes(sorted: readonly Note[]): {
  startSteps: number[];
  endSteps: number[];
  byEnd: number[];
} {
  const startSteps: number[] = [];
  const endSteps: number[] = [];
  for (const note of sorted) {
    const start = quantize(note.startSeconds);
    if (!(start >= 0) || !(note.endSeconds <= MAX_SECONDS)) {
      throw new EncodingError(
        `a note of pitch ${note.pitch} lasts from ${note.startSeconds} to ${note.endSeconds} s; ` +
          `times must be between 0 and ${MAX_SECONDS} s`,
      );
    }
    startSteps.push(start);
    endSteps.push(Math.max(start + 1, quantize(note.endSeconds)));
  }
  const byEnd = sorted.map((_, index) => index);
  byEnd.sort((a, b) => (endSteps[a] ?? 0) - (endSteps[b] ?? 0) || a - b);
  return { startSteps, endSteps, byEnd };
}

/** A range as a function from value to id, without a search for the range each time. */
function idTable(vocabulary: Vocabulary, kind: EventKind): { id: (value: number) => number; last: number } {
  const range = vocabulary.range(kind);
  if (range === undefined) {
    throw new EncodingError(
      `vocabulary "${vocabulary.name}" has no ${kind} ids, so it cannot hold a performance`,
    );
  }
  const { first, count, minimum } = range;
  return {
    last: minimum + count - 1,
    id: (value) => {
      const offset = value - minimum;
      return offset >= 0 && offset < count ? first + offset : vocabulary.id(kind, value);
    },
  };
}
