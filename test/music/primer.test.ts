import { expect, it } from "vitest";
import { assembleScore, type MidiEvent, PERFORMANCE_388, type Score } from "../../encoding/index.ts";
import { encodePrimer } from "../../src/music/primer.ts";

const event = (tick: number, status: number): MidiEvent => ({
  kind: "channel",
  tick,
  status,
  data1: 60,
  data2: 80,
});

/** A quarter note at 120 bpm, and silence up to the end of the track. */
const score = (endTick: number, others: readonly MidiEvent[] = []): Score =>
  assembleScore({ kind: "quarter", ticksPerQuarter: 480 }, [
    { name: "", events: [...others, event(0, 0x90), event(480, 0x80)], endTick },
  ]);
const read = (primer: Score, primerSeconds = Infinity) =>
  encodePrimer(primer, PERFORMANCE_388, { primerSeconds });

it("encodes the rest of a bar after the last note", () => {
  const prompt = read(score(1920));
  expect(prompt.ids.slice(-3)).toEqual([188, 355, 305]);
  expect([prompt.silenceFromSeconds, prompt.leftOutSeconds]).toEqual([undefined, 0]);
});

it("appends nothing where the track ends with its last note", () => {
  expect(read(score(480)).ids.at(-1)).toBe(188);
});

it("omits silence of more than a bar of 4/4", () => {
  expect(read(score(480 + 1920)).leftOutSeconds).toBe(0);
  const prompt = read(score(3600 * 960));
  expect(prompt.ids.at(-1)).toBe(188);
  expect([prompt.silenceFromSeconds, prompt.leftOutSeconds]).toEqual([0.5, 3599.5]);
});

it("takes the length of the bar from the current meter", () => {
  const waltz: MidiEvent = { kind: "meta", tick: 0, type: 0x58, data: Uint8Array.of(3, 2, 24, 8) };
  expect(read(score(480 + 1440, [waltz])).leftOutSeconds).toBe(0);
  expect(read(score(480 + 1441, [waltz])).leftOutSeconds).toBeCloseTo(1.501, 3);
});

it("cuts at primerSeconds, without silence after it", () => {
  const prompt = read(score(1920), 1);
  expect(prompt.ids.at(-1)).toBe(188);
  expect([prompt.silenceFromSeconds, prompt.leftOutSeconds]).toEqual([0.5, 0]);
});
