/**
 * `node symusic_notes.mjs FILE…` prints the notes of each file in ticks, a JSON list a line, for symusic_notes.py:
 * `[track, channel, program, percussion, pitch, velocity, start, end, release]`, where
 * release is 0 for a note without a note-off, 1 for a note-off before the first end-of-track event of its track, and 2
 * for one after it: files of piano rolls contain an end-of-track event among the others.
 */
import { readFileSync } from "node:fs";
import { parseMidi } from "midi-file";
import { readMidi } from "../../dist/encoding/index.js";
import { say } from "./files.mjs";

for (const path of process.argv.slice(2)) {
  const bytes = new Uint8Array(readFileSync(path));
  const { tracks } = parseMidi(bytes);
  const ends = tracks.map((events) => events.findIndex(({ type }) => type === "endOfTrack"));
  say(JSON.stringify(readMidi(bytes).notes.map((note) => rowOf(note, ends[note.track]))));
}

function rowOf(note, endOfTrack) {
  const isBehind = endOfTrack >= 0 && note.noteOffIndex >= endOfTrack;
  return [
    note.track,
    note.channel,
    note.program,
    Number(note.isPercussion),
    note.pitch,
    note.velocity,
    note.startTick,
    note.endTick,
    note.noteOffIndex < 0 ? 0 : 1 + Number(isBehind),
  ];
}
