import { type EventKind, type Note, STEPS_PER_SECOND, type Vocabulary } from "../../encoding/index.ts";
import { firstFrom, firstIndex, NoteIndex } from "./note-index.ts";
import type { NoteEvent, Origin, PieceNote } from "./note.ts";

/** The velocity of notes before the first velocity event. */
const DEFAULT_VELOCITY = 100;

/** Ids and their notes: a primer, then generated music. */
export class Piece {
  readonly vocabulary: Vocabulary;
  readonly #ids: number[] = [];
  /** The origin of each id. */
  readonly #origins: Origin[] = [];
  #generatedCount = 0;
  #primerLength = 0;
  #keptLength = 0;
  /** The time of each id, in seconds (for a time shift, the time after it). */
  readonly #times: number[] = [];
  readonly #noteEvents: NoteEvent[] = [];
  readonly #index = new NoteIndex();
  /** Notes without an end, by pitch, oldest first. */
  readonly #open = new Map<number, PieceNote[]>();
  #velocity = DEFAULT_VELOCITY;
  #steps = 0;
  /** The time at which `close` ended the piece. */
  #closedAt: number | undefined;

  /** @param primer ids of the primer. */
  constructor(vocabulary: Vocabulary, primer: Iterable<number> = []) {
    this.vocabulary = vocabulary;
    for (const id of primer) this.push(id, "primer");
  }

  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Number of ids up to the last one of the primer. */
  get primerLength(): number {
    return this.#primerLength;
  }

  /** Number of ids up to the last one that must not be generated again. */
  get keptLength(): number {
    return this.#keptLength;
  }

  /** Number of ids with the origin "generated". */
  get generatedCount(): number {
    return this.#generatedCount;
  }

  /** Index of the first id of the generated run that ends before `index`. */
  generatedFrom(index: number): number {
    return this.#origins.slice(0, index).findLastIndex((origin) => origin !== "generated") + 1;
  }

  /** The origin of an id. */
  originOf(index: number): Origin {
    return this.#origins[index] ?? "generated";
  }

  /** Whether the piece starts with a primer and contains no other primer ids. */
  get hasOnlyPrimer(): boolean {
    const upTo = this.#primerLength;
    return upTo > 0 && this.#origins.every((origin, index) => index >= upTo || origin === "primer");
  }

  /** The end of the primer, in seconds. */
  get primerSeconds(): number {
    return this.secondsAt(this.primerLength - 1);
  }

  /** Sorted by start. */
  get notes(): readonly PieceNote[] {
    return this.#index.notes;
  }

  /** The length of the piece, in seconds. */
  get seconds(): number {
    return this.#closedAt ?? this.#steps / STEPS_PER_SECOND;
  }

  /** Whether `close` has ended the piece. */
  get isClosed(): boolean {
    return this.#closedAt !== undefined;
  }

  /** The time of an id, in seconds; 0 before the first one. */
  secondsAt(index: number): number {
    return this.#times[index] ?? 0;
  }

  /** Appends an id. */
  push(id: number, origin: Origin = "generated"): void {
    if (this.isClosed) this.truncate(this.#ids.length);
    const { kind, value } = this.vocabulary.event(id);
    const index = this.#ids.length;
    if (kind === "TIME_SHIFT") this.#steps += value;
    this.#ids.push(id);
    this.#origins.push(origin);
    if (origin === "primer") this.#primerLength = this.#ids.length;
    if (origin === "generated") this.#generatedCount += 1;
    else this.#keptLength = this.#ids.length;
    this.#times.push(this.#steps / STEPS_PER_SECOND);
    if (kind === "VELOCITY") this.#velocity = this.vocabulary.velocityOfBin(value);
    else if (kind === "NOTE_ON") this.#begin(value, index);
    else if (kind === "NOTE_OFF") this.#end(this.#open.get(value)?.shift(), index);
  }

  /** Ends the piece and all sounding notes at a time after the last event. `push` undoes it. */
  close(seconds: number): void {
    this.#closedAt = Math.max(seconds, this.seconds);
    for (const notes of this.#open.values()) for (const note of notes) this.#end(note, undefined);
  }

  /** Removes all ids from an index on. The cost depends only on the number of removed ids. */
  truncate(length: number): void {
    for (
      let change = this.#noteEvents.at(-1);
      change && indexOf(change) >= length;
      change = this.#noteEvents.at(-1)
    ) {
      this.#noteEvents.pop();
      this.#takeBack(change);
    }
    for (let i = this.#ids.length - 1; i >= length; i -= 1)
      if (this.originOf(i) === "generated") this.#generatedCount -= 1;
    for (const list of [this.#ids, this.#origins, this.#times]) list.length = Math.min(list.length, length);
    this.#steps = Math.round((this.#times.at(-1) ?? 0) * STEPS_PER_SECOND);
    this.#closedAt = undefined;
    this.#velocity = velocityAfter(this.#ids, this.vocabulary);
    if (this.#primerLength > length) this.#primerLength = 1 + this.#origins.lastIndexOf("primer");
    if (this.#keptLength > length) {
      this.#keptLength = 1 + this.#origins.findLastIndex((origin) => origin !== "generated");
    }
  }

  /** A copy of the piece up to an index. */
  cut(length: number): Piece {
    const piece = new Piece(this.vocabulary);
    for (const [index, id] of this.#ids.slice(0, length).entries()) piece.push(id, this.#origins[index]);
    return piece;
  }

  /** Number of ids up to a time, including the id that reaches it. */
  lengthAt(seconds: number): number {
    return Math.min(
      this.#ids.length,
      1 + firstIndex(this.#times.length, (i) => this.secondsAt(i) >= seconds),
    );
  }

  /** The note-ons and note-offs in `[from, to)`, in order. */
  noteEventsBetween(fromSeconds: number, toSeconds: number): NoteEvent[] {
    const from = firstIndex(this.#noteEvents.length, (i) => this.#noteEvents[i]!.seconds >= fromSeconds);
    const to = firstIndex(this.#noteEvents.length, (i) => this.#noteEvents[i]!.seconds >= toSeconds);
    return this.#noteEvents.slice(from, to);
  }

  /** Whether a note is part of the piece and has not been removed. */
  has(note: PieceNote): boolean {
    return this.notes[firstFrom(this.notes, note.startSeconds)] === note || this.notes.includes(note);
  }

  /** Pitches of the notes without an end. */
  openPitches(): number[] {
    return [...this.#open].flatMap(([pitch, notes]) => notes.map(() => pitch));
  }

  /** Calls `use` once for every note that may sound in a time span. */
  forEachNote(fromSeconds: number, toSeconds: number, use: (note: PieceNote) => void): void {
    this.#index.forEach(fromSeconds, toSeconds, use);
  }

  /** The notes, with open notes ended at the end of the piece. Notes without length are omitted. */
  finished(): Note[] {
    return this.notes
      .map(({ pitch, velocity, startSeconds, endSeconds = this.seconds }) => ({
        pitch,
        velocity,
        startSeconds,
        endSeconds,
      }))
      .filter((note) => note.endSeconds > note.startSeconds);
  }

  /** The event of an id. */
  eventAt(index: number): { readonly kind: EventKind; readonly value: number } | undefined {
    const id = this.#ids[index];
    return id === undefined ? undefined : this.vocabulary.event(id);
  }

  /** Undoes the last note-on or note-off. */
  #takeBack({ kind, note }: NoteEvent): void {
    const open = this.#open.get(note.pitch) ?? [];
    if (kind === "NOTE_ON") {
      this.#index.takeBack(note);
      open.pop();
    } else {
      this.#index.reopen(note);
      // A note that `close` ended becomes open again.
      if (note.endIndex !== undefined) open.unshift(note);
      note.endSeconds = undefined;
      note.endIndex = undefined;
    }
    this.#open.set(note.pitch, open);
  }

  #begin(pitch: number, index: number): void {
    const note: PieceNote = {
      pitch,
      velocity: this.#velocity,
      startSeconds: this.seconds,
      endSeconds: undefined,
      index,
      endIndex: undefined,
      origin: this.originOf(index),
    };
    this.#index.begin(note);
    this.#noteEvents.push({ kind: "NOTE_ON", note, seconds: this.seconds });
    const open = this.#open.get(pitch);
    if (open) open.push(note);
    else this.#open.set(pitch, [note]);
  }

  #end(note: PieceNote | undefined, index: number | undefined): void {
    if (!note) return;
    note.endSeconds = this.seconds;
    note.endIndex = index;
    this.#index.end(note);
    this.#noteEvents.push({ kind: "NOTE_OFF", note, seconds: this.seconds });
  }
}

/** Index of the id of a note event; a note-off by `close` comes after all ids. */
function indexOf({ kind, note }: NoteEvent): number {
  return kind === "NOTE_ON" ? note.index : (note.endIndex ?? Infinity);
}

function velocityAfter(ids: readonly number[], vocabulary: Vocabulary): number {
  for (let i = ids.length - 1; i >= 0; i -= 1) {
    const { kind, value } = vocabulary.event(ids[i]!);
    if (kind === "VELOCITY") return vocabulary.velocityOfBin(value);
  }
  return DEFAULT_VELOCITY;
}
