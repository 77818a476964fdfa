import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  encodeScore,
  EncodingError,
  MidiError,
  PERFORMANCE_388,
  readMidi,
  scoreFromNotes,
  writeMidi,
} from "../../encoding/index.ts";
import { header, note, track } from "./midi/midi-bytes.ts";
import { randomNumbers } from "../random-numbers.ts";
import { FUZZ_TIMEOUT, fuzzRounds } from "../fuzz-rounds.ts";
import { mutate } from "./midi/mutate.ts";

const TEMPOS = [0, 0xff, 0x51, 3, 7, 0xa1, 0x20, 100, 0xff, 0x51, 3, 9, 0x27, 0xc0];
const PEDAL = [0, 0xb0, 64, 127, 50, 0x90, 60, 80, 50, 60, 0, 20, 62, 0x40, 30, 62, 0, 10, 0xb0, 64, 0];
const SYSEX = [0, 0xf0, 5, 0x7e, 0x7f, 9, 1, 0xf7, 0, 0xff, 0x58, 4, 4, 2, 24, 8];

/** A single track, several with tempos and pedal, SMPTE, independent patterns. */
const SEEDS: readonly Uint8Array[] = [
  writeMidi(
    scoreFromNotes(Array.from({ length: 40 }, (_, i) => note(40 + i, 10 + i, i * 120, i * 120 + 400))),
  ),
  Uint8Array.from([
    ...header(1, 3),
    ...track(...TEMPOS),
    ...track(...PEDAL, ...SYSEX),
    ...track(...SYSEX, ...PEDAL),
  ]),
  Uint8Array.from([...header(0, 1, 0xe728), ...track(...SYSEX, ...PEDAL, ...PEDAL)]),
  Uint8Array.from([...header(2, 2), ...track(...TEMPOS, ...PEDAL), ...track(...PEDAL)]),
];

/** Reads like a user; each exception must be one of the documented errors. */
function survives(bytes: Uint8Array, recover: boolean): boolean {
  try {
    const score = readMidi(bytes, { recover });
    expect(score.warnings.length).toBeLessThan(1000);
    writeMidi(score);
    const { ids, notes } = encodeScore(score, PERFORMANCE_388);
    expect(decodePerformance(ids, PERFORMANCE_388).length).toBeLessThanOrEqual(notes.length);
    return true;
  } catch (error) {
    if (error instanceof MidiError && error.message.length > 0 && error.hint.length > 0) return false;
    if (error instanceof EncodingError) return false;
    throw error;
  }
}

describe("damaged files", { timeout: FUZZ_TIMEOUT }, () => {
  it("end in a score or in a MidiError, strictly or recovering", () => {
    const random = randomNumbers(20_260);
    let [readStrictly, recovered] = [0, 0];
    const count = fuzzRounds(1000);
    for (let i = 0; i < count; i += 1) {
      const seed = SEEDS[random(SEEDS.length)] ?? new Uint8Array(0);
      const other = SEEDS[random(SEEDS.length)] ?? new Uint8Array(0);
      const bytes = mutate(seed, other, random);
      if (survives(bytes, false)) readStrictly += 1;
      if (survives(bytes, true)) recovered += 1;
    }
    // The mutations must be neither harmless nor always fatal, and recovery must read more than strict reading.
    expect(readStrictly).toBeGreaterThan(count / 50);
    expect(readStrictly).toBeLessThan(count / 2);
    expect(recovered).toBeGreaterThan(readStrictly * 2);
  });

  it("any bytes after a header end in a score or in a MidiError", () => {
    const body = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(body, fc.boolean(), (bytes, recover) => {
        const behindHeader = Uint8Array.from([...header(0, 1), ...track(...bytes)]);
        expect(survives(behindHeader, recover)).toBeTypeOf("boolean");
        expect(survives(bytes, recover)).toBeTypeOf("boolean");
      }),
      { numRuns: fuzzRounds(100) },
    );
  });

  it("a recovered file can be read strictly once it is written again", () => {
    const random = randomNumbers(7);
    const count = fuzzRounds(500);
    for (let i = 0; i < count; i += 1) {
      const seed = SEEDS[random(SEEDS.length)] ?? new Uint8Array(0);
      try {
        const score = readMidi(mutate(seed, seed, random), { recover: true });
        const again = readMidi(writeMidi(score));
        expect(again.notes.length).toBe(score.notes.length);
      } catch (error) {
        if (!(error instanceof MidiError)) throw error;
      }
    }
  });

  it("are rejected without reading the 4 GB that they claim", () => {
    const claim = [
      ...header(0, 1),
      0x4d,
      0x54,
      0x72,
      0x6b,
      0xff,
      0xff,
      0xff,
      0xff,
      0,
      0xf0,
      0xff,
      0xff,
      0xff,
      0x7f,
    ];
    expect(() => readMidi(Uint8Array.from(claim))).toThrow(MidiError);
    expect(readMidi(Uint8Array.from(claim), { recover: true }).tracks[0]?.events).toEqual([]);
  });
});
