/** Names of pitches as they are written in the key of the music: with flats in flat keys. */
import { DRUMS, pitchName } from "../../encoding/index.ts";
import { BandPiece } from "../music/band-piece.ts";
import type { Music } from "../music/music.ts";
import type { PieceNote } from "../music/note.ts";

/** How well each pitch class fits a key, from its tonic up (Krumhansl & Kessler 1982). */
const MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
/** Tonics whose key signature has flats. */
const FLAT_MAJOR: ReadonlySet<number> = new Set([5, 10, 3, 8, 1]);
const FLAT_MINOR: ReadonlySet<number> = new Set([2, 7, 0, 5, 10, 3]);

const SHARP = /^([ACDFG])#/;
const FLATS: Readonly<Record<string, string>> = { A: "B♭", C: "D♭", D: "E♭", F: "G♭", G: "A♭" };

/** Names a pitch. */
export type Spelling = (pitch: number) => string;

export const WITH_SHARPS: Spelling = (pitch) => pitchName(pitch).replace("#", "♯");
const WITH_FLATS: Spelling = (pitch) =>
  pitchName(pitch).replace(SHARP, (_, letter: string) => FLATS[letter] ?? letter);

/** Words of a model that begin with the name of a pitch, in a spelling: "C#2 on Acoustic Bass". */
export function respelled(words: string, spelling: Spelling): string {
  return words.replace(/^([A-G])(#?)(-?\d+)(?= on )/, (_, letter: string, sharp: string, octave: string) =>
    spelling("C D EF G A B".indexOf(letter) + sharp.length + 12 * (Number(octave) + 1)),
  );
}

/** The spelling for the key of the notes. */
export function spellingOf(notes: Iterable<Pick<PieceNote, "pitch">>): Spelling {
  const counts = new Float64Array(12);
  for (const { pitch } of notes) counts[pitch % 12]! += 1;
  let [best, isFlat] = [0, false];
  for (let tonic = 0; tonic < 12; tonic += 1) {
    for (const [profile, flats] of [
      [MAJOR, FLAT_MAJOR],
      [MINOR, FLAT_MINOR],
    ] as const) {
      const fit = correlation(counts, profile, tonic);
      if (fit > best) [best, isFlat] = [fit, flats.has(tonic)];
    }
  }
  return isFlat ? WITH_FLATS : WITH_SHARPS;
}

/** The spelling for the key of a piece; drums have none. */
export function spellingOfMusic(piece: Music): Spelling {
  if (!(piece instanceof BandPiece)) return spellingOf(piece.notes);
  const { instruments, notes } = piece;
  return spellingOf(notes.filter(({ part = 0 }) => instruments[part] !== DRUMS));
}

function correlation(counts: Float64Array, profile: readonly number[], tonic: number): number {
  const mean = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / 12;
  const [of, to] = [mean(counts), mean(profile)];
  let [product, spread] = [0, 0];
  for (let degree = 0; degree < 12; degree += 1) {
    const count = counts[(tonic + degree) % 12]! - of;
    const weight = profile[degree]! - to;
    product += count * weight;
    spread += weight * weight;
  }
  // The spread of the counts is the same for all keys.
  return product / Math.sqrt(spread);
}
