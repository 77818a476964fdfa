import { pitchName } from "../../encoding/index.ts";
import { PIANO_PITCHES } from "../roll/geometry.ts";

/** Semitones between recorded samples: A, C, D# and F# of every octave. */
const SPACING = 3;

/** File names of the recorded samples by pitch, as in web/build/shipped-files.ts. */
export function recordedNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (let pitch: number = PIANO_PITCHES.lowest; pitch <= PIANO_PITCHES.highest; pitch += SPACING) {
    names.set(pitch, `${pitchName(pitch).replace("#", "s")}v8.mp3`);
  }
  return names;
}
