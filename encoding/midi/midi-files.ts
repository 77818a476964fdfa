/** File name extensions of MIDI files: Standard MIDI Files, karaoke, and RIFF MIDI, all of which `readMidi` reads. */
export const MIDI_EXTENSIONS: readonly string[] = [".mid", ".midi", ".smf", ".kar", ".rmi"];

/** Whether a file name has an extension of MIDI files, in upper or lower case. */
export function isMidiPath(path: string): boolean {
  const name = path.toLowerCase();
  return MIDI_EXTENSIONS.some((extension) => name.endsWith(extension));
}
