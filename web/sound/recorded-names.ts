import { pitchName } from "../../encoding/index.ts";
import { PIANO_PITCHES } from "../roll/geometry.ts";

/** Semitones between two recorded tones: A, C, D# and F# of every octave, from the lowest key to the highest. */
const SPACING = 3;

/** File names of the recorded tones by pitch, as web/build/shipped-files.ts lays them out. */
export function recordedNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (let pitch: number = PIANO_PITCHES.lowest; pitch <= PIANO_PITCHES.highest; pitch += SPACING) {
    names.set(pitch, `${pitchName(pitch).replace("#", "s")}v8.mp3`);
  }
  return names;
}
