import { type EventKind, type Note, STEPS_PER_SECOND, type Vocabulary } from "../../encoding/index.ts";
import { firstFrom, firstIndex, NoteIndex } from "./note-index.ts";
import type { NoteEvent, Origin, PieceNote } from "./note.ts";

/** The velocity of notes before the first velocity event. */
const DEFAULT_VELOCITY = 100;

/** Ids, and the music they are: a primer, then what the model has written so far. */
export class Piece {
  readonly vocabulary: Vocabulary;
  readonly #ids: number[] = [];
  /** The origin of each id. */
  readonly #origins: Origin[] = [];
  #generatedCount = 0;
  #primerLength = 0;
  #keptLength = 0;
  /** When each id happens (a time shift: when it is over). */
  readonly #times: number[] = [];
  readonly #noteEvents: NoteEvent[] = [];
  readonly #index = new NoteIndex();
  /** Notes without an end, by pitch, oldest first. */
  readonly #open = new Map<number, PieceNote[]>();
  #velocity = DEFAULT_VELOCITY;
  #steps = 0;
  /** Where the piece was ended while notes sounded. */
  #closedAt: number | undefined;

  /** @param primer ids of the music to go on from. */
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

  /** When what the visitor gave ends. */
  get primerSeconds(): number {
    return this.secondsAt(this.primerLength - 1);
  }

  /** In order of their start. */
  get notes(): readonly PieceNote[] {
    return this.#index.notes;
  }

  /** How far the music goes. */
  get seconds(): number {
    return this.#closedAt ?? this.#steps / STEPS_PER_SECOND;
  }

  /** Whether it was ended, see `close`. */
  get isClosed(): boolean {
    return this.#closedAt !== undefined;
  }

  /** When an id happens; before the first one it is 0. */
  secondsAt(index: number): number {
    return this.#times[index] ?? 0;
  }

  /** Takes the next id. */
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

  /** Ends the piece, and what sounds, at a time behind its last event. Further ids take that back. */
  close(seconds: number): void {
    this.#closedAt = Math.max(seconds, this.seconds);
    for (const notes of this.#open.values()) for (const note of notes) this.#end(note, undefined);
  }

  /** Forgets all ids from an index on. It costs as much as there is to be forgotten, however long the piece is. */
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

  /** A piece that begins as this one, up to an index. */
  cut(length: number): Piece {
    const piece = new Piece(this.vocabulary);
    for (const [index, id] of this.#ids.slice(0, length).entries()) piece.push(id, this.#origins[index]);
    return piece;
  }

  /** How many ids there are up to a time, the one that reaches it included: what is cut off then lies behind it. */
  lengthAt(seconds: number): number {
    return Math.min(
      this.#ids.length,
      1 + firstIndex(this.#times.length, (i) => this.secondsAt(i) >= seconds),
    );
  }

  /** The beginnings and ends of notes in `[from, to)`, in order. */
  noteEventsBetween(fromSeconds: number, toSeconds: number): NoteEvent[] {
    const from = firstIndex(this.#noteEvents.length, (i) => this.#noteEvents[i]!.seconds >= fromSeconds);
    const to = firstIndex(this.#noteEvents.length, (i) => this.#noteEvents[i]!.seconds >= toSeconds);
    return this.#noteEvents.slice(from, to);
  }

  /** Whether a note is one of its own, and not one that was taken back. */
  has(note: PieceNote): boolean {
    return this.notes[firstFrom(this.notes, note.startSeconds)] === note || this.notes.includes(note);
  }

  /** Pitches of the notes that have no end yet. */
  openPitches(): number[] {
    return [...this.#open].flatMap(([pitch, notes]) => notes.map(() => pitch));
  }

  /** Calls `use` with every note that may sound within a time, each once. */
  forEachNote(fromSeconds: number, toSeconds: number, use: (note: PieceNote) => void): void {
    this.#index.forEach(fromSeconds, toSeconds, use);
  }

  /** The notes so far, those without an end cut off here; notes of no length are left out. */
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

  /** What an id is. */
  eventAt(index: number): { readonly kind: EventKind; readonly value: number } | undefined {
    const id = this.#ids[index];
    return id === undefined ? undefined : this.vocabulary.event(id);
  }

  /** Undoes the last beginning or end of a note. */
  #takeBack({ kind, note }: NoteEvent): void {
    const open = this.#open.get(note.pitch) ?? [];
    if (kind === "NOTE_ON") {
      this.#index.takeBack(note);
      open.pop();
    } else {
      this.#index.reopen(note);
      // One that the end of the piece ended has been waiting for its own all the time.
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

/** Where a change was written; the end of a piece lies behind all ids. */
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
