/** A phrase of the user: notes with their times; the sustain pedal becomes longer notes. */
import { encodePerformance, quantize, STEPS_PER_SECOND, type Vocabulary } from "../../encoding/index.ts";

interface PlayedNote {
  readonly pitch: number;
  readonly velocity: number;
  readonly startSeconds: number;
  endSeconds: number | undefined;
}

/** Held notes end this long after the phrase, for the encoder only. */
const LATER_SECONDS = 100;

export class Phrase {
  readonly #notes: PlayedNote[] = [];
  readonly #held = new Map<number, PlayedNote>();
  /** Notes of released keys that the sustain pedal holds. */
  readonly #sustained = new Map<number, PlayedNote>();
  readonly #startSeconds: number;
  #isPedalDown = false;
  #lastSeconds: number;

  /** @param seconds start of the phrase; all times use the same clock. */
  constructor(seconds: number) {
    this.#startSeconds = seconds;
    this.#lastSeconds = seconds;
  }

  /** Whether a note sounds. */
  get isSounding(): boolean {
    return this.#held.size + this.#sustained.size > 0;
  }

  get count(): number {
    return this.#notes.length;
  }

  /** Time of the last note-on or note-off. */
  get lastSeconds(): number {
    return this.#lastSeconds;
  }

  press(pitch: number, velocity: number, seconds: number): void {
    this.#end(this.#held, pitch, seconds);
    this.#end(this.#sustained, pitch, seconds);
    const note = { pitch, velocity, startSeconds: this.#time(seconds), endSeconds: undefined };
    this.#notes.push(note);
    this.#held.set(pitch, note);
  }

  lift(pitch: number, seconds: number): void {
    const note = this.#held.get(pitch);
    if (!note) return;
    if (this.#isPedalDown) {
      this.#time(seconds);
      this.#held.delete(pitch);
      this.#sustained.set(pitch, note);
    } else this.#end(this.#held, pitch, seconds);
  }

  pedal(isDown: boolean, seconds: number): void {
    this.#isPedalDown = isDown;
    if (isDown) return;
    for (const pitch of this.#sustained.keys()) this.#end(this.#sustained, pitch, seconds);
  }

  /** The ids of the phrase up to the last event. Later calls only append to them. */
  ids(vocabulary: Vocabulary): number[] {
    const later = this.#lastSeconds - this.#startSeconds + LATER_SECONDS;
    const notes = this.#notes.map((note) => ({ ...note, endSeconds: note.endSeconds ?? later }));
    const ids = encodePerformance(notes, vocabulary);
    const lastStep = quantize(this.#lastSeconds - this.#startSeconds);
    let steps = 0;
    const end = ids.findIndex((id) => {
      steps += vocabulary.steps(id);
      // A note shorter than a step ends one step later.
      return steps > lastStep + 1;
    });
    return [...(end < 0 ? ids : ids.subarray(0, end))];
  }

  #end(keys: Map<number, PlayedNote>, pitch: number, seconds: number): void {
    const note = keys.get(pitch);
    if (!note) return;
    note.endSeconds = Math.max(note.startSeconds + 1 / STEPS_PER_SECOND, this.#time(seconds));
    keys.delete(pitch);
  }

  #time(seconds: number): number {
    this.#lastSeconds = Math.max(this.#lastSeconds, seconds);
    return Math.max(0, seconds - this.#startSeconds);
  }
}
