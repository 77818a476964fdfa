/** The worked example of encoding/README.md equals the output of the code. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  arrivalNotes,
  arrivalScore,
  assembleScore,
  encodeArrival,
  encodeScore,
  eventText,
  type MidiEvent,
  oneHot,
  PERFORMANCE_388,
  VOCABULARIES,
} from "../../encoding/index.ts";

const README = readFileSync(new URL("../../encoding/README.md", import.meta.url), "utf8");

const message = (tick: number, status: number, data1: number, data2: number): MidiEvent => {
  return { kind: "channel", tick, status, data1, data2 };
};

/** In milliseconds; the pedal goes down first and up at 2 s. */
const ARPEGGIO: readonly MidiEvent[] = [
  message(0, 0xb0, 64, 127),
  message(0, 0x90, 60, 80),
  message(400, 0x80, 60, 0),
  message(500, 0x90, 64, 80),
  message(900, 0x80, 64, 0),
  message(1000, 0x90, 67, 80),
  message(1400, 0x80, 67, 0),
  message(2000, 0xb0, 64, 0),
  message(3000, 0x90, 65, 100),
  message(3500, 0x80, 65, 0),
];

it("shows the paper's arpeggio as ids and as a one-hot matrix", () => {
  const score = assembleScore({ kind: "quarter", ticksPerQuarter: 500 }, [
    { name: "", events: ARPEGGIO, endTick: 3500 },
  ]);
  const { ids } = encodeScore(score, PERFORMANCE_388);
  expect(README).toContain(`\n${[...ids].join(" ")}\n`);

  const matrix = oneHot(ids, PERFORMANCE_388.size);
  const rows = [...new Set(ids)].sort((a, b) => a - b);
  for (const id of rows) {
    const cells = Array.from(ids, (_, step) => (matrix[step * PERFORMANCE_388.size + id] === 1 ? "█" : "·"));
    const words = eventText(PERFORMANCE_388.event(id), PERFORMANCE_388);
    expect(README).toContain(`\n${String(id).padStart(3)} ${words.padEnd(22)} ${cells.join("")}\n`);
  }
});

it("states the sizes of the vocabularies", () => {
  for (const { name, size } of VOCABULARIES.values()) {
    expect(README).toContain(`\`${name}\``);
    expect(README).toContain(`**${size}**`);
  }
});

it("shows a bass, a drum and a violin note as arrival-time ids", () => {
  const played = [
    [0, 33, 36],
    [0, 128, 36],
    [250, 40, 69],
  ] as const;
  const score = arrivalScore(
    played.map(([onsetStep, instrument, pitch]) => {
      return { kind: "note", onsetStep, durationSteps: 50, pitch, instrument, isControl: false };
    }),
  );
  expect(arrivalNotes(score).map(({ instrument }) => instrument)).toEqual([33, 128, 40]);
  const isViolin = ({ instrument }: { instrument: number }): boolean => instrument === 40;
  for (const windows of [encodeArrival(score), encodeArrival(score, { isControl: isViolin })]) {
    expect(windows.length).toBe(1);
    expect(README).toContain(`\n${windows[0]?.ids.join(" ")}\n`);
  }
});
