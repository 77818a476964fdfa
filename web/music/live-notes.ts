import type { Note, PerformanceEventKind, Vocabulary } from "../../encoding/index.ts";
import type { MusicEvent } from "../../src/index.ts";

/** A note that is being, or has been, generated. */
export interface LiveNote {
  readonly pitch: number;
  /** 1–127. */
  readonly velocity: number;
  readonly startSeconds: number;
  /** Undefined while its end has not been generated. */
  endSeconds: number | undefined;
}

/** What an event did: began a note or ended one. */
export interface NoteChange {
  readonly kind: Extract<PerformanceEventKind, "NOTE_ON" | "NOTE_OFF">;
  readonly note: LiveNote;
}

/** The velocity of notes before the first velocity event. */
const DEFAULT_VELOCITY = 100;

/** Turns events into notes as they come. */
export class LiveNotes {
  readonly #vocabulary: Vocabulary;
  readonly #notes: LiveNote[] = [];
  /** Notes without an end, by pitch, oldest first. */
  readonly #open = new Map<number, LiveNote[]>();
  #velocity = DEFAULT_VELOCITY;
  #seconds = 0;
  #longestSeconds = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** In order of their start. */
  get notes(): readonly LiveNote[] {
    return this.#notes;
  }

  /** How far the music goes. */
  get seconds(): number {
    return this.#seconds;
  }

  /** No note is longer. */
  get longestSeconds(): number {
    const open = [...this.#open.values()].flatMap(([oldest]) =>
      oldest ? [this.#seconds - oldest.startSeconds] : [],
    );
    return Math.max(this.#longestSeconds, ...open);
  }

  push(event: MusicEvent): NoteChange | undefined {
    this.#seconds = event.seconds;
    if (event.kind === "VELOCITY") this.#velocity = this.#vocabulary.velocityOfBin(event.value);
    if (event.kind === "NOTE_ON") return { kind: event.kind, note: this.#begin(event.value) };
    if (event.kind !== "NOTE_OFF") return undefined;
    const note = this.#open.get(event.value)?.shift();
    if (!note) return undefined;
    note.endSeconds = event.seconds;
    this.#longestSeconds = Math.max(this.#longestSeconds, event.seconds - note.startSeconds);
    return { kind: event.kind, note };
  }

  /** The notes so far, those without an end cut off here; notes of no length are left out. */
  finished(): Note[] {
    return this.#notes
      .map((note) => ({ ...note, endSeconds: note.endSeconds ?? this.#seconds }))
      .filter((note) => note.endSeconds > note.startSeconds);
  }

  #begin(pitch: number): LiveNote {
    const note: LiveNote = {
      pitch,
      velocity: this.#velocity,
      startSeconds: this.#seconds,
      endSeconds: undefined,
    };
    this.#notes.push(note);
    const open = this.#open.get(pitch);
    if (open) open.push(note);
    else this.#open.set(pitch, [note]);
    return note;
  }
}
