/** The order of the kinds of events in a performance: the rules of `grammar.ts` and `automaton-tables.ts`. */
import type { EventKind, Vocabulary, VocabularyEvent } from "./vocabulary.ts";

/** Kinds of the previous event. A shift shorter than the longest one is never followed by another shift. */
export const PREVIOUS_KINDS = ["START", "NOTE_ON", "NOTE_OFF", "LONGEST_SHIFT", "SHIFT", "VELOCITY"] as const;

export type PreviousKind = (typeof PREVIOUS_KINDS)[number];

/**
 * The kinds that may follow each kind. Within a step note-offs come before note-ons, so a note-off does not follow a note-on
 * or a velocity, and a velocity is followed by a note-on. There is one exception, which is not in this table: at the maximum polyphony
 * no note-on is allowed, and a velocity is followed by a note-off (`grammar.ts`, `automaton-tables.ts`).
 */
const ALLOWED_NEXT: Readonly<Record<PreviousKind, readonly EventKind[]>> = {
  START: ["NOTE_ON", "TIME_SHIFT", "VELOCITY"],
  NOTE_ON: ["NOTE_ON", "TIME_SHIFT", "VELOCITY"],
  NOTE_OFF: ["NOTE_ON", "NOTE_OFF", "TIME_SHIFT", "VELOCITY", "END"],
  LONGEST_SHIFT: ["NOTE_ON", "NOTE_OFF", "TIME_SHIFT", "VELOCITY"],
  SHIFT: ["NOTE_ON", "NOTE_OFF", "VELOCITY"],
  VELOCITY: ["NOTE_ON"],
};

/** The longest time shift of a vocabulary, in steps. */
export function longestShiftOf(vocabulary: Vocabulary): number {
  const shifts = vocabulary.range("TIME_SHIFT");
  return shifts ? shifts.minimum + shifts.count - 1 : 0;
}

/** The kind of an event as the previous event of the next one; undefined for PAD and control tokens, which change nothing. */
export function previousKindOf(
  { kind, value }: VocabularyEvent,
  longestShift: number,
): PreviousKind | undefined {
  if (kind === "NOTE_ON" || kind === "NOTE_OFF" || kind === "VELOCITY") return kind;
  if (kind === "TIME_SHIFT") return value === longestShift ? "LONGEST_SHIFT" : "SHIFT";
  return kind === "START" || kind === "END" ? "START" : undefined;
}

/** By previous kind, one byte per id: 1 where its kind may follow. */
export function followTables(vocabulary: Vocabulary): ReadonlyMap<PreviousKind, Uint8Array> {
  const tables = new Map<PreviousKind, Uint8Array>();
  for (const last of PREVIOUS_KINDS) {
    const table = new Uint8Array(vocabulary.size);
    for (const kind of ALLOWED_NEXT[last]) {
      const range = vocabulary.range(kind);
      if (range) table.fill(1, range.first, range.first + range.count);
    }
    tables.set(last, table);
  }
  return tables;
}
