/** What constraints do to the ids that may come next: one byte an id, 1 where it may. */
import type { EventKind, Vocabulary } from "../../encoding/index.ts";

/** This id and no other. */
export function allowOnly(legal: Uint8Array, id: number): void {
  legal.fill(0);
  legal[id] = 1;
}

/** None of a kind. */
export function forbid(legal: Uint8Array, vocabulary: Vocabulary, kind: EventKind): void {
  const range = vocabulary.range(kind);
  if (range) legal.fill(0, range.first, range.first + range.count);
}

/**
 * A drawn id, where time must not pass a point so many steps away: a shift beyond it becomes the shift to it. Were such
 * shifts forbidden instead, their probability would go to notes, and the music would grow dense before each such point.
 */
export function clampShift(id: number, vocabulary: Vocabulary, steps: number): number {
  const { kind, value } = vocabulary.event(id);
  return kind === "TIME_SHIFT" && value > steps ? vocabulary.id("TIME_SHIFT", steps) : id;
}

/** None of these keys is struck; where no other could be, no velocity is chosen for a note that cannot come. */
export function blockKeys(legal: Uint8Array, vocabulary: Vocabulary, pitches: readonly number[]): void {
  const range = vocabulary.range("NOTE_ON");
  if (!range) return;
  const isAny = (): boolean => legal.subarray(range.first, range.first + range.count).includes(1);
  const before = isAny();
  for (const pitch of pitches) legal[vocabulary.id("NOTE_ON", pitch)] = 0;
  if (before && !isAny()) forbid(legal, vocabulary, "VELOCITY");
}

/** Ids that have to come, one after the other. */
export class ForcedTokens {
  #ids: readonly number[] = [];
  #index = 0;

  /** The next of them; undefined when nothing has to come. */
  get next(): number | undefined {
    return this.#ids[this.#index];
  }

  set(ids: readonly number[]): void {
    this.#ids = ids;
    this.#index = 0;
  }

  advance(): void {
    this.#index += 1;
  }
}
