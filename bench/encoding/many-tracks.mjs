/**
 * `node many-tracks.mjs` measures the CPU time per track: it writes the same number of notes in few and in many tracks,
 * and reads and encodes both files. The files take turns; medians and minima are printed.
 */
import { encodeScore, PERFORMANCE_388, readMidi, writeMidi } from "../../dist/encoding/index.js";
import { say } from "./files.mjs";

const NOTES = 200_000;
const TRACKS = [10, 1000];
const ROUNDS = 9;
const STEP_TICKS = 6;
const NOTE_TICKS = 180;

const pieces = TRACKS.map(pieceOf);
const times = pieces.map(() => []);
for (let round = -2; round < ROUNDS; round += 1) {
  for (const [index, bytes] of pieces.entries()) {
    const start = process.cpuUsage();
    encodeScore(readMidi(bytes), PERFORMANCE_388);
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) times[index].push((user + system) / 1000);
  }
}
say("| tracks | bytes | median ms of CPU | fastest ms |\n| ---: | ---: | ---: | ---: |");
const sorted = times.map((ofPiece) => ofPiece.toSorted((a, b) => a - b));
for (const [index, [...ofPiece]] of sorted.entries())
  say(
    `| ${TRACKS[index]} | ${pieces[index].length} | ${ofPiece[ROUNDS >> 1].toFixed(0)} | ${ofPiece[0].toFixed(0)} |`,
  );
const ratios = [ROUNDS >> 1, 0].map((place) => (sorted[1][place] / sorted[0][place]).toFixed(2));
say(`ratio ${ratios[0]}, of the fastest ${ratios[1]}`);

/** Consecutive notes, distributed over the tracks in turn; each pitch sounds once at a time. */
function pieceOf(trackCount) {
  const tracks = Array.from({ length: trackCount }, () => []);
  for (let index = 0; index < NOTES; index += 1) {
    const channel = (index % trackCount) % 9;
    const data1 = 30 + ((index * 7) % 61);
    const tick = index * STEP_TICKS;
    tracks[index % trackCount].push(
      { kind: "channel", tick, status: 0x90 | channel, data1, data2: 30 + (index % 90) },
      { kind: "channel", tick: tick + NOTE_TICKS, status: 0x80 | channel, data1, data2: 64 },
    );
  }
  const endTick = NOTES * STEP_TICKS + NOTE_TICKS;
  return writeMidi({
    division: { kind: "quarter", ticksPerQuarter: 480 },
    tracks: tracks.map((events) => ({
      name: "",
      events: events.toSorted((a, b) => a.tick - b.tick),
      endTick,
    })),
    notes: [],
    pedal: [],
    durationSeconds: 0,
    warnings: [],
  });
}
