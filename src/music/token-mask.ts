/** Operations on allowed-token masks: one byte per id, 1 where the id is allowed. */
import type { EventKind, Vocabulary } from "../../encoding/index.ts";

/** Allows one id only. */
export function allowOnly(allowed: Uint8Array, id: number): void {
  allowed.fill(0);
  allowed[id] = 1;
}

/** Forbids all ids of a kind. */
export function forbid(allowed: Uint8Array, vocabulary: Vocabulary, kind: EventKind): void {
  const range = vocabulary.range(kind);
  if (range) allowed.fill(0, range.first, range.first + range.count);
}

/**
 * Shortens a sampled time shift to at most `steps`. A mask on longer shifts would raise the probability of notes instead, and so the density
 * of the music before each such point.
 */
export function clampShift(id: number, vocabulary: Vocabulary, steps: number): number {
  return vocabulary.steps(id) > steps ? vocabulary.id("TIME_SHIFT", steps) : id;
}

/** Forbids the note-ons of these pitches, and velocities where no note-on is left. */
export function blockKeys(allowed: Uint8Array, vocabulary: Vocabulary, pitches: readonly number[]): void {
  const range = vocabulary.range("NOTE_ON");
  if (!range) return;
  const isAny = (): boolean => allowed.subarray(range.first, range.first + range.count).includes(1);
  const before = isAny();
  for (const pitch of pitches) allowed[vocabulary.id("NOTE_ON", pitch)] = 0;
  if (before && !isAny()) forbid(allowed, vocabulary, "VELOCITY");
}
