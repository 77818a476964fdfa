/** Common functions: MIDI files of a folder, synthetic pieces, a status line. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scoreFromNotes, writeMidi } from "../../dist/encoding/index.js";

/** The contents of all MIDI files below a folder. */
export function filesIn(folder) {
  const names = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.midi?$/i.test(name));
  return names.sort().map((name) => new Uint8Array(readFileSync(join(folder, name))));
}

/** A synthetic piano piece of `count` notes: chords and runs, with a polyphony of about six and eight notes per second. */
export function madePiece(count) {
  const notes = Array.from({ length: count }, (_, index) => {
    const startSeconds = index * 0.125 + (index % 7) * 0.011;
    return {
      pitch: 36 + ((index * 7) % 49),
      velocity: 30 + ((index * 13) % 80),
      startSeconds,
      endSeconds: startSeconds + 0.3 + (index % 5) * 0.2,
    };
  });
  return new Uint8Array(writeMidi(scoreFromNotes(notes)));
}

export function say(line) {
  process.stdout.write(`${line}\n`);
}
