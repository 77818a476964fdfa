/** Prints, for each MIDI file named, a JSON line: its notes as [track, index of the note-on, start, release, end of sound]. */
import { readFileSync } from "node:fs";
import { readMidi, TempoMap } from "../../dist/encoding/index.js";
import { say } from "./files.mjs";

for (const path of process.argv.slice(2)) {
  const { division, notes, tracks } = readMidi(new Uint8Array(readFileSync(path)), { recover: true });
  const tempo = new TempoMap(division, tracks);
  const ticks = new Set(
    tracks.flatMap(({ events, endTick }) => [...events.map(({ tick }) => tick), endTick]),
  );
  const tickAt = new Map([...ticks].sort((a, b) => b - a).map((tick) => [tempo.seconds(tick), tick]));
  const rows = notes
    .filter(({ isPercussion }) => !isPercussion)
    .map(({ track, noteOnIndex, noteOffIndex, startTick, endTick, program, soundEndSeconds }) => ({
      track,
      index: noteOnIndex,
      start: startTick,
      release: noteOffIndex < 0 ? null : endTick,
      program,
      // A note without a note-off may end between events.
      end: soundEndSeconds === tempo.seconds(endTick) ? endTick : (tickAt.get(soundEndSeconds) ?? -1),
    }));
  say(JSON.stringify(rows));
}
