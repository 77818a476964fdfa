const PITCH_CLASSES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/** A pitch by name, in the convention that 60 is C4. */
export function pitchName(pitch: number): string {
  return `${PITCH_CLASSES[pitch % 12] ?? ""}${Math.floor(pitch / 12) - 1}`;
}
