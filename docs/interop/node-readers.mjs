/**
 * `node node-readers.mjs FILE…` prints what Ostinato, as built in dist/, and @tonejs/midi read of each file, as JSON:
 * `{ ostinato, tone }` a file, each a reading or `{ error }`.
 */
import { readFileSync } from "node:fs";
import tonejs from "@tonejs/midi";
import { readMidi } from "../../dist/encoding/index.js";

const PEDAL = 64;

process.stdout.write(JSON.stringify(process.argv.slice(2).map(readingsOf)));

function readingsOf(path) {
  const bytes = new Uint8Array(readFileSync(path));
  return { ostinato: attempt(ofOstinato, bytes), tone: attempt(ofTone, bytes) };
}

function attempt(read, bytes) {
  try {
    return read(bytes);
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

function ofOstinato(bytes) {
  const score = readMidi(bytes);
  const notes = score.notes.map((note) => ({
    start: note.startSeconds,
    end: note.endSeconds,
    pitch: note.pitch,
    velocity: note.velocity,
    program: note.program,
  }));
  const pedal = score.pedal.map(({ seconds, isDown }) => [seconds, isDown ? "down" : "up"]);
  const metas = score.tracks.flatMap(({ events }) => events.filter(({ kind }) => kind === "meta"));
  const keys = metas
    .filter(({ type }) => type === 0x59)
    .map(
      ({ data }) => `kept as it is: ${[...data].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`,
    );
  return { notes, pedal, keys };
}

function ofTone(bytes) {
  const midi = new tonejs.Midi(bytes);
  const notes = midi.tracks.flatMap((track) =>
    track.notes.map(({ time, duration, midi: pitch, velocity }) => ({
      start: time,
      end: time + duration,
      pitch,
      velocity: Math.round(velocity * 127),
      program: track.instrument.number,
    })),
  );
  const pedal = midi.tracks.flatMap(({ controlChanges }) =>
    (controlChanges[PEDAL] ?? []).map(({ time, value }) => [time, String(Math.round(value * 127))]),
  );
  const keys = midi.header.keySignatures.map(({ key, scale }) => `${key} ${scale}`);
  return { notes, pedal, keys };
}
