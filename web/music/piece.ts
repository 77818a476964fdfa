import {
  type EventKind,
  type Note,
  type NoteState,
  PerformanceState,
  type ScoreNote,
  type StateMark,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import { firstFrom, firstIndex, NoteIndex } from "./note-index.ts";
import type { NoteEvent, Origin, PieceNote } from "./note.ts";

/** The state before an id, and the note that the id begins or ends. */
interface Change {
  readonly before: StateMark;
  readonly note: NoteState | undefined;
}

/** A note event with the index of its id; Infinity if `close` ended the note. */
type IndexedNoteEvent = NoteEvent & { readonly index: number };

/** Ids and their notes: a primer, then generated music. */
export class Piece {
  readonly vocabulary: Vocabulary;
  /** The notes that the primer was encoded from, with their instruments. */
  readonly source: readonly ScoreNote[] | undefined;
  readonly #ids: number[] = [];
  /** The origin of each id. */
  readonly #origins: Origin[] = [];
  #generatedCount = 0;
  #primerLength = 0;
  #keptLength = 0;
  /** The time of each id, in seconds (for a time shift, the time after it). */
  readonly #times: number[] = [];
  /** What each id changed. */
  readonly #changes: Change[] = [];
  readonly #state: PerformanceState;
  readonly #noteEvents: IndexedNoteEvent[] = [];
  /** All notes: the one with `onset` k is its k-th. */
  readonly #index = new NoteIndex();
  /** The time at which `close` ended the piece. */
  #closedAt: number | undefined;

  /**
   * @param primer ids of the primer.
   * @param source the notes that they encode, with their instruments.
   */
  constructor(vocabulary: Vocabulary, primer: Iterable<number> = [], source?: readonly ScoreNote[]) {
    this.vocabulary = vocabulary;
    this.source = source;
    this.#state = new PerformanceState(vocabulary);
    for (const id of primer) this.push(id, "primer");
  }

  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Number of ids. */
  get length(): number {
    return this.#ids.length;
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
    return this.#closedAt ?? this.#state.step / STEPS_PER_SECOND;
  }

  /** Whether `close` has ended the piece. */
  get isClosed(): boolean {
    return this.#closedAt !== undefined;
  }

  /** The time of an id, in seconds; 0 before the first one. */
  secondsAt(index: number): number {
    return this.#times[index] ?? 0;
  }

  /** The velocity bin before an id; undefined before the first one. */
  velocityBinBefore(index: number): number | undefined {
    const { velocityBin } = this.#changes[index]?.before ?? this.#state;
    return velocityBin;
  }

  /** Appends an id other than START and END. */
  push(id: number, origin: Origin = "generated"): void {
    if (this.isClosed) this.truncate(this.#ids.length);
    const index = this.#ids.length;
    const before = this.#state.mark();
    const note = this.#state.push(id);
    this.#changes.push({ before, note });
    this.#ids.push(id);
    this.#origins.push(origin);
    if (origin === "primer") this.#primerLength = this.#ids.length;
    if (origin === "generated") this.#generatedCount += 1;
    else this.#keptLength = this.#ids.length;
    this.#times.push(this.#state.step / STEPS_PER_SECOND);
    if (!note) return;
    if (note.endStep === undefined) this.#begin(note, index);
    else this.#end(note, index);
  }

  /** Ends the piece and all sounding notes at a time after the last event. `push` undoes it. */
  close(seconds: number): void {
    this.#closedAt = Math.max(seconds, this.seconds);
    for (const note of this.#state.soundingNotes()) this.#end(note, undefined);
  }

  /** Removes all ids from an index on. The cost depends only on the number of removed ids. */
  truncate(length: number): void {
    while ((this.#noteEvents.at(-1)?.index ?? -1) >= length) this.#takeBack(this.#noteEvents.pop()!);
    for (let i = this.#ids.length - 1; i >= length; i -= 1) {
      if (this.originOf(i) === "generated") this.#generatedCount -= 1;
      const { before, note } = this.#changes[i]!;
      this.#state.undo(before, note);
    }
    for (const list of [this.#ids, this.#origins, this.#times, this.#changes])
      list.length = Math.min(list.length, length);
    this.#closedAt = undefined;
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

  /** The note-ons of the notes that started before a time and end after it. */
  notesHeldAt(seconds: number): NoteEvent[] {
    return this.#index.heldAt(seconds).map((note) => ({ kind: "NOTE_ON", note, seconds: note.startSeconds }));
  }

  /** Whether a note is part of the piece and has not been removed. */
  has(note: PieceNote): boolean {
    return this.notes[firstFrom(this.notes, note.startSeconds)] === note || this.notes.includes(note);
  }

  /** Pitches of the notes without an end. */
  openPitches(): number[] {
    return this.#state.soundingNotes().map(({ pitch }) => pitch);
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

  /** Undoes the last note event. */
  #takeBack({ note, index }: IndexedNoteEvent): void {
    if (index === note.index) {
      this.#index.takeBack(note);
    } else {
      this.#index.reopen(note);
      note.endSeconds = undefined;
      note.endIndex = undefined;
    }
  }

  #begin({ pitch, velocity }: NoteState, index: number): void {
    const note: PieceNote = {
      pitch,
      velocity,
      startSeconds: this.seconds,
      endSeconds: undefined,
      index,
      endIndex: undefined,
      origin: this.originOf(index),
    };
    this.#index.begin(note);
    this.#noteEvents.push({ kind: "NOTE_ON", note, seconds: this.seconds, index });
  }

  /** @param index of the note-off; undefined if `close` ends the note. */
  #end({ onset }: NoteState, index: number | undefined): void {
    const note = this.notes[onset]!;
    note.endSeconds = this.seconds;
    note.endIndex = index;
    this.#index.end(note);
    this.#noteEvents.push({ kind: "NOTE_OFF", note, seconds: this.seconds, index: index ?? Infinity });
  }
}
