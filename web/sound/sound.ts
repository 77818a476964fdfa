/** The sound as the player of a piece uses it. */
import type { NoteEvent } from "../music/note.ts";

/** A source of notes. It is read repeatedly, shortly before the notes sound. */
export interface Source {
  /** The note-ons and note-offs in `[from, to)`, in order. */
  noteEventsBetween(fromSeconds: number, toSeconds: number): readonly NoteEvent[];
  /** The note-ons of the notes that started before a time and end after it. */
  notesHeldAt(seconds: number): readonly NoteEvent[];
}

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The part of the sound that the player uses. */
export interface Sound {
  source: Source | undefined;
  /** The playback position, in seconds of the piece. */
  readonly seconds: number;
  /** Called twenty times a second during playback, also in background tabs. */
  onTick: (() => void) | undefined;
  /** Called when the browser or the system has suspended the audio context during playback. */
  onSleep: (() => void) | undefined;
  run(): void;
  /** Stops all notes and holds the playback position. */
  pause(): void;
  /** Stops all notes and moves the playback position. */
  seek(seconds: number): void;
}
