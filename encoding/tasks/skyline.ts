/** Melody extraction by the skyline rule: the top voice. For piano music without a melody track. */
import type { Note } from "../midi/index.ts";

/** Notes with onsets within this time are one chord. */
const CHORD_SECONDS = 0.04;
/** Lower notes are accompaniment while a higher note sounds, for at most this time after its onset. */
const COVER_SECONDS = 2;
/** A note further below the last melody note, in semitones, is accompaniment, unless the melody has been silent for `REST_SECONDS`. */
const LARGEST_FALL = 12;
const REST_SECONDS = 1.5;

/**
 * Flags the notes of the top voice: those above all other notes that sound at their onset, except notes that fall by more than an
 * octave during a short rest of the melody.
 *
 * @param notes in order of onset; they must end at their note-offs, since notes sustained by the pedal would cover the melody.
 * @returns one flag per note.
 */
export function skyline(notes: readonly Note[]): boolean[] {
  const isMelody = notes.map(() => false);
  let last: Note | undefined;
  let first = 0; // the first note that may still cover others
  for (const [index, note] of notes.entries()) {
    while ((notes[first]?.startSeconds ?? Infinity) < note.startSeconds - COVER_SECONDS) first += 1;
    if (isCovered(note, index, notes, first)) continue;
    const rest =
      last === undefined ? Infinity : note.startSeconds - Math.max(last.startSeconds, last.endSeconds);
    if (last && last.pitch - note.pitch > LARGEST_FALL && rest < REST_SECONDS) continue;
    isMelody[index] = true;
    last = note;
  }
  return isMelody;
}

function isCovered(note: Note, index: number, notes: readonly Note[], first: number): boolean {
  for (let other = first; other < notes.length; other += 1) {
    const candidate = notes[other];
    if (!candidate || candidate.startSeconds > note.startSeconds + CHORD_SECONDS) return false;
    if (other === index || candidate.pitch <= note.pitch) continue;
    const isChord = candidate.startSeconds >= note.startSeconds - CHORD_SECONDS;
    if (isChord || candidate.endSeconds > note.startSeconds) return true;
  }
  return false;
}
