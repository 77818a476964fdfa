import { type ArrivalNote, type TimedEvent, VelocityEstimator } from "../../encoding/index.ts";
import { firstIndex, NoteIndex } from "./note-index.ts";
import type { NoteEvent, Origin, PieceNote } from "./note.ts";

const STEPS_PER_SECOND = 100;
/** Ids of an event. */
const IDS_PER_EVENT = 3;

interface Entry {
  readonly event: TimedEvent;
  readonly origin: Origin;
  /** Undefined for a rest. */
  readonly note: PieceNote | undefined;
  /** The length of the piece up to this event, in seconds. */
  readonly seconds: number;
}

/** A note of a finished piece with its instrument. */
export interface BandNote {
  readonly pitch: number;
  readonly velocity: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** A General MIDI program, or 128 for drums. */
  readonly instrument: number;
}

/** Music of several instruments: events in order of onset. The counterpart of `Piece`, whose ids are here events. */
export class BandPiece {
  readonly #entries: Entry[] = [];
  readonly #index = new NoteIndex();
  /** The instruments, in order of appearance. */
  readonly #instruments: number[] = [];
  #velocities: VelocityEstimator | undefined;
  #closedAt: number | undefined;

  /** Number of events. */
  get length(): number {
    return this.#entries.length;
  }

  /** Number of events up to the last one of the primer. */
  get primerLength(): number {
    return 1 + this.#entries.findLastIndex(({ origin }) => origin === "primer");
  }

  /** Number of events up to the last one that must not be generated again. */
  get keptLength(): number {
    return 1 + this.#entries.findLastIndex(({ origin }) => origin !== "generated");
  }

  /** Number of generated ids: three for each event. */
  get generatedCount(): number {
    return IDS_PER_EVENT * this.#entries.filter(({ origin }) => origin === "generated").length;
  }

  /** Whether the piece starts with a primer and contains no other primer events. */
  get hasOnlyPrimer(): boolean {
    const upTo = this.primerLength;
    return upTo > 0 && this.#entries.every(({ origin }, index) => index >= upTo || origin === "primer");
  }

  /** The end of the primer, in seconds. */
  get primerSeconds(): number {
    return this.#entries[this.primerLength - 1]?.seconds ?? 0;
  }

  /** Sorted by start. */
  get notes(): readonly PieceNote[] {
    return this.#index.notes;
  }

  /** The instruments, in order of appearance; `PieceNote.part` is the place of one. */
  get instruments(): readonly number[] {
    return this.#instruments;
  }

  /** The time up to which the piece is composed, in seconds. Notes may sound longer. */
  get seconds(): number {
    return this.#closedAt ?? this.#entries.at(-1)?.seconds ?? 0;
  }

  get isClosed(): boolean {
    return this.#closedAt !== undefined;
  }

  /** Appends an event. Its onset must not be before that of the last one. */
  push(event: TimedEvent, origin: Origin = "generated"): void {
    this.#reopen();
    const startSeconds = event.onsetStep / STEPS_PER_SECOND;
    const note = event.kind === "note" ? this.#begin(event, origin) : undefined;
    // New music begins where the user's ends; the model's own notes may overlap.
    const reached = (origin === "primer" ? note?.endSeconds : undefined) ?? startSeconds;
    this.#entries.push({ event, origin, note, seconds: Math.max(this.seconds, reached) });
  }

  #begin(event: ArrivalNote, origin: Origin): PieceNote {
    if (event.velocity !== undefined && origin === "primer") this.#velocities = undefined;
    let part = this.#instruments.indexOf(event.instrument);
    if (part < 0) part = this.#instruments.push(event.instrument) - 1;
    const note: PieceNote = {
      pitch: event.pitch,
      velocity: this.#velocityOf(event),
      startSeconds: event.onsetStep / STEPS_PER_SECOND,
      endSeconds: endOf(event),
      index: this.length,
      endIndex: this.length,
      origin,
      part,
    };
    this.#index.begin(note);
    this.#index.end(note);
    return note;
  }

  /** That of the note, or an estimate from the primer: ids do not encode velocities. */
  #velocityOf(event: ArrivalNote): number {
    if (event.velocity !== undefined) return event.velocity;
    this.#velocities ??= new VelocityEstimator(this.arrivalNotes("primer"));
    return this.#velocities.of(event).velocity;
  }

  /** Ends the piece, and the notes that sound then. `push` and `truncate` undo it. */
  close(seconds: number): void {
    this.#closedAt = Math.max(seconds, this.seconds);
    for (const note of this.notes) note.endSeconds = Math.min(note.endSeconds ?? Infinity, this.#closedAt);
  }

  #reopen(): void {
    if (this.#closedAt === undefined) return;
    this.#closedAt = undefined;
    for (const { event, note } of this.#entries)
      if (note && event.kind === "note") note.endSeconds = endOf(event);
  }

  /** Removes all events from an index on. */
  truncate(length: number): void {
    this.#reopen();
    while (this.length > length) {
      const note = this.#entries.pop()?.note;
      if (!note) continue;
      this.#index.reopen(note);
      this.#index.takeBack(note);
    }
    this.#velocities = undefined;
  }

  /** A copy of the piece up to an index. */
  cut(length: number): BandPiece {
    const piece = new BandPiece();
    for (const { event, origin, note } of this.#entries.slice(0, length))
      piece.push(event.kind === "note" ? { ...event, velocity: note?.velocity } : event, origin);
    return piece;
  }

  /** Number of events that begin before a time. */
  lengthAt(seconds: number): number {
    return firstIndex(
      this.length,
      (i) => this.#entries[i]!.event.onsetStep >= Math.round(seconds * STEPS_PER_SECOND),
    );
  }

  /** The time of an event, in seconds. */
  secondsAt(index: number): number {
    return (this.#entries[index]?.event.onsetStep ?? 0) / STEPS_PER_SECOND;
  }

  /**
   * The note-ons and note-offs in `[from, to)`, in order. All instruments share the keys of one piano: a key is released when the last of
   * its notes ends.
   */
  noteEventsBetween(fromSeconds: number, toSeconds: number): NoteEvent[] {
    const events: NoteEvent[] = [];
    const isInside = (seconds: number): boolean => seconds >= fromSeconds && seconds < toSeconds;
    const isHeld = (key: number, seconds: number): boolean =>
      this.#index.heldAt(seconds).some(({ pitch }) => pitch === key);
    this.forEachNote(fromSeconds, toSeconds, (note) => {
      const { startSeconds, endSeconds = startSeconds } = note;
      if (isInside(startSeconds)) events.push({ kind: "NOTE_ON", note, seconds: startSeconds });
      if (isInside(endSeconds) && !isHeld(note.pitch, endSeconds))
        events.push({ kind: "NOTE_OFF", note, seconds: endSeconds });
    });
    const rank = ({ kind }: NoteEvent): number => (kind === "NOTE_OFF" ? 0 : 1);
    return events.sort((a, b) => a.seconds - b.seconds || rank(a) - rank(b));
  }

  /** The note-ons of the notes that started before a time and end after it, one for each key. */
  notesHeldAt(seconds: number): NoteEvent[] {
    const held = new Map(this.#index.heldAt(seconds).map((note) => [note.pitch, note]));
    return Array.from(held.values(), (note) => ({ kind: "NOTE_ON", note, seconds: note.startSeconds }));
  }

  /** Whether a note is part of the piece and has not been removed. */
  has(note: PieceNote): boolean {
    return this.#entries[note.index]?.note === note;
  }

  /** Calls `use` once for every note that may sound in a time span. */
  forEachNote(fromSeconds: number, toSeconds: number, use: (note: PieceNote) => void): void {
    this.#index.forEach(fromSeconds, toSeconds, use);
  }

  /** The notes with a length, for saving. */
  finished(): BandNote[] {
    return this.notes
      .map(({ pitch, velocity, startSeconds, endSeconds = startSeconds, part = 0 }) => ({
        pitch,
        velocity,
        startSeconds,
        endSeconds,
        instrument: this.#instruments[part] ?? 0,
      }))
      .filter((note) => note.endSeconds > note.startSeconds);
  }

  /** The notes as the model reads them, with the velocities that sound. @param origin of these only. */
  arrivalNotes(origin?: Origin): ArrivalNote[] {
    return this.#entries.flatMap(({ event, note, origin: own }) =>
      event.kind === "note" && note && (origin === undefined || own === origin)
        ? [{ ...event, velocity: note.velocity }]
        : [],
    );
  }

  /** All events, rests included. */
  get events(): TimedEvent[] {
    return this.#entries.map(({ event }) => event);
  }

  /** The note of an event; undefined for a rest. */
  noteAt(index: number): PieceNote | undefined {
    return this.#entries[index]?.note;
  }

  /** The origin of an event. */
  originOf(index: number): Origin {
    return this.#entries[index]?.origin ?? "generated";
  }
}

function endOf({ onsetStep, durationSteps }: ArrivalNote): number {
  return (onsetStep + Math.max(1, durationSteps)) / STEPS_PER_SECOND;
}
