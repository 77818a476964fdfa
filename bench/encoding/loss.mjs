/**
 * Measures how far encoding and decoding change the onset and end of every note of a folder, with the pedal applied, in
 * performance-388.
 *
 *   node loss.mjs FOLDER
 *
 * A note overlaps if another note of its pitch sounds at the same time, in steps of 10 ms. The ids do not distinguish the
 * ends of such notes.
 */
import {
  decodePerformance,
  encodeScore,
  PERFORMANCE_388,
  quantize,
  readMidi,
} from "../../dist/encoding/index.js";
import { filesIn, say } from "./files.mjs";

const STEP = 0.01;
const errors = { onset: [], end: [], overlapping: [] };

for (const bytes of filesIn(process.argv[2])) {
  const { ids, notes } = encodeScore(readMidi(bytes), PERFORMANCE_388);
  const decoded = decodePerformance(ids, PERFORMANCE_388);
  const overlaps = overlapping(notes);
  for (const pitch of new Set(notes.map((note) => note.pitch))) {
    const given = notes.map((note, index) => ({ note, index })).filter(({ note }) => note.pitch === pitch);
    const played = decoded
      .filter((note) => note.pitch === pitch)
      .sort((a, b) => a.startSeconds - b.startSeconds);
    for (const [place, { note, index }] of given.entries()) {
      const other = played[place];
      errors.onset.push(Math.abs(other.startSeconds - note.startSeconds));
      const end = Math.abs(other.endSeconds - note.endSeconds);
      (overlaps.has(index) ? errors.overlapping : errors.end).push(end);
    }
  }
}

/** Indices of the notes that overlap another of their pitch. */
function overlapping(notes) {
  const found = new Set();
  const latest = new Map();
  for (const [index, note] of notes.entries()) {
    const before = latest.get(note.pitch);
    const start = quantize(note.startSeconds);
    const end = Math.max(quantize(note.endSeconds), start + 1);
    if (before && before.end > start) found.add(index).add(before.index);
    if (!before || before.end < end) latest.set(note.pitch, { index, end });
  }
  return found;
}

for (const [name, values] of Object.entries(errors)) {
  values.sort((a, b) => a - b);
  const at = (share) => ((values[Math.floor(share * (values.length - 1))] ?? 0) * 1000).toFixed(1);
  const mean = (values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)) * 1000;
  const beyond = values.filter((value) => value > STEP + 1e-9).length;
  say(
    `${name}: ${values.length} notes, mean ${mean.toFixed(1)} ms, 95 % ${at(0.95)} ms, largest ${at(1)} ms, ${beyond} beyond 10 ms`,
  );
}
