/** Performance ids to notes, with the semantics of note-seq (`performance_lib.py`). */
import { PerformanceClock } from "./performance-clock.ts";
import { STEPS_PER_SECOND } from "./performance.ts";
import type { Note } from "../midi/index.ts";
import type { Vocabulary, VocabularyEvent } from "./vocabulary.ts";

/** The velocity of notes before the first VELOCITY event. */
const DEFAULT_VELOCITY = 100;

/** A decoded note; `onset` counts the note-ons of the sequence from 0. */
export interface PerformanceNote extends Note {
  readonly startStep: number;
  readonly endStep: number;
  readonly onset: number;
}

/**
 * Decodes ids into notes, ordered by note-on. A note-off ends the oldest open note of its pitch and is ignored if
 * there is none. Notes without length are dropped. Notes still open end at `endStep`, by default the time of the last event.
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

/** Decodes one id at a time and stores the notes. For the time only, use `PerformanceClock`. */
export class PerformanceDecoder {
  readonly #vocabulary: Vocabulary;
  readonly #clock: PerformanceClock;
  readonly #open = new Map<number, OpenNote[]>();
  readonly #notes: PerformanceNote[] = [];
  #velocity = DEFAULT_VELOCITY;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#clock = new PerformanceClock(vocabulary);
  }

  /** Time of the last event, in steps of 10 ms. */
  get step(): number {
    return this.#clock.step;
  }

  /** Number of note-ons so far. */
  get onsets(): number {
    return this.#clock.onsets;
  }

  /** Adds the next id; returns its event. */
  push(id: number): VocabularyEvent {
    const onset = this.onsets;
    const event = this.#clock.push(id);
    const { kind, value } = event;
    if (kind === "VELOCITY") {
      this.#velocity = this.#vocabulary.velocityOfBin(value);
    } else if (kind === "NOTE_ON") {
      const note = { pitch: value, velocity: this.#velocity, startStep: this.step, onset };
      const key = this.#open.get(value);
      if (key) key.push(note);
      else this.#open.set(value, [note]);
    } else if (kind === "NOTE_OFF") {
      const note = this.#open.get(value)?.shift();
      if (note) this.#end(note, this.step);
    }
    return event;
  }

  /** Ends open notes at `step` (default: the time of the last event) and returns all notes. */
  finish(step = this.step): PerformanceNote[] {
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
