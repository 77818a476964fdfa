/** Separates the melody of a score from its accompaniment. */
import { shiftNotes, type Note, type Score, type ScoreNote } from "../midi/index.ts";
import { skyline } from "./skyline.ts";

/** The track with the name "melody", if other tracks have notes too; undefined where there is none. */
export function melodyTrack(score: Score): number | undefined {
  const track = score.tracks.findIndex(({ name }) => /^melody$/i.test(name.trim()));
  const others = score.notes.filter((note) => note.track !== track).length;
  return track >= 0 && others > 0 && others < score.notes.length ? track : undefined;
}

/**
 * Flags the notes of the melody track.
 *
 * @param notes notes of the score (`EncodedScore.notes`).
 * @returns one flag per note; undefined where no track is the melody.
 */
export function melodyTrackNotes(score: Score, notes: readonly ScoreNote[]): boolean[] | undefined {
  const track = melodyTrack(score);
  return track === undefined ? undefined : notes.map((note) => note.track === track);
}

/** Flags the notes of the top voice, by `skyline`. Notes end at their note-offs: the pedal is ignored. */
export function topVoice(score: Score, notes: readonly ScoreNote[]): boolean[] {
  const key = ({ track, noteOnIndex }: ScoreNote): string => `${track}:${noteOnIndex}`;
  const lengths = new Map(score.notes.map((note) => [key(note), note.endSeconds - note.startSeconds]));
  return skyline(
    notes.map((note) => ({ ...note, endSeconds: note.startSeconds + (lengths.get(key(note)) ?? 0) })),
  );
}

/** Melody and accompaniment: the notes that begin at `fromSeconds` or later, shifted to start from 0. */
export function voices(
  notes: readonly Note[],
  isMelody: readonly boolean[],
  fromSeconds = 0,
): { readonly melody: Note[]; readonly accompaniment: Note[] } {
  const voice = (wanted: boolean): Note[] =>
    shiftNotes(
      notes.filter((note, index) => isMelody[index] === wanted && note.startSeconds >= fromSeconds),
      -fromSeconds,
    );
  return { melody: voice(true), accompaniment: voice(false) };
}
