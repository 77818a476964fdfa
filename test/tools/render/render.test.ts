import { readFileSync } from "node:fs";
import { BasicSoundBank } from "spessasynth_core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  assembleScore,
  type MidiEvent,
  type Note,
  type Score,
  scoreFromNotes,
} from "../../../encoding/index.ts";
import { RenderError } from "../../../src/tools/render/errors.ts";
import { type RenderOptions, renderScore, SAMPLE_RATE } from "../../../src/tools/render/render.ts";
import { loadSoundBank } from "../../../src/tools/render/sound-bank.ts";
import { level, peakBetween, strengthAt } from "./spectrum.ts";

let piano: BasicSoundBank;

beforeAll(async () => {
  piano = await loadSoundBank(readFileSync(new URL("../../../sounds/piano.sf3", import.meta.url)));
});

describe("renderScore", () => {
  it.each([
    { name: "A1", pitch: 33, hertz: 55 },
    { name: "A4", pitch: 69, hertz: 440 },
    { name: "C7", pitch: 96, hertz: 2093 },
  ])("plays $name at its pitch", async ({ pitch, hertz }) => {
    const { left } = await render(scoreFromNotes([note(pitch, 0, 1)]));
    const peak = peakBetween(part(left, 0.1, 0.5), 0.8 * hertz, 1.25 * hertz, SAMPLE_RATE);
    expect(Math.abs(1200 * Math.log2(peak / hertz)), `cents from ${peak} Hz`).toBeLessThan(25);
  });

  it("plays only the notes of a chord", async () => {
    const { right } = await render(scoreFromNotes([57, 61, 64].map((pitch) => note(pitch, 0, 1))));
    const sound = part(right, 0.1, 0.6);
    const strength = (pitch: number): number =>
      strengthAt(sound, 440 * 2 ** ((pitch - 69) / 12), SAMPLE_RATE);
    const silent = Math.max(...[55, 59, 63, 66].map(strength));
    for (const pitch of [57, 61, 64]) expect(strength(pitch) / silent, `pitch ${pitch}`).toBeGreaterThan(10);
  });

  it("starts a note at its sample and lets it decay after its end", async () => {
    const { left, frames } = await render(scoreFromNotes([note(69, 0.5, 1)]));
    expect(frames).toBe(4 * SAMPLE_RATE);
    expect(left.findIndex((value) => value !== 0)).toBeGreaterThanOrEqual(SAMPLE_RATE / 2);
    expect(left.findIndex((value) => Math.abs(value) > 0.001)).toBeLessThan(0.51 * SAMPLE_RATE);
    expect(level(part(left, 1.5, 2))).toBeLessThan(0.1 * level(part(left, 0.6, 1)));
    expect(level(part(left, 3.9, 4))).toBeLessThan(0.001 * level(part(left, 0.6, 1)));
  });

  it("sustains notes while the pedal is down, up to the end of the file", async () => {
    const plain = scoreFromNotes([note(69, 0, 0.5), note(21, 2.9, 3)]);
    const [first] = plain.tracks;
    const pedal: MidiEvent = { kind: "channel", tick: 0, status: 0xb0, data1: 64, data2: 127 };
    const held = assembleScore(
      plain.division,
      plain.tracks.map((track) => (track === first ? { ...track, events: [pedal, ...track.events] } : track)),
    );
    const [short, long] = [await render(plain), await render(held)];
    expect(level(part(long.left, 1, 1.5))).toBeGreaterThan(10 * level(part(short.left, 1, 1.5)));
    expect(level(part(long.left, 5.9, 6))).toBeLessThan(0.001 * level(part(long.left, 0, 1)));
  });

  it("plays higher velocities louder and applies the gain in decibels", async () => {
    const soft = await render(scoreFromNotes([note(60, 0, 1, 40)]));
    const hard = await render(scoreFromNotes([note(60, 0, 1, 110)]));
    expect(level(hard.left)).toBeGreaterThan(2 * level(soft.left));
    const half = await render(scoreFromNotes([note(60, 0, 1, 110)]), { gain: -6.0206 });
    expect(level(half.left) / level(hard.left)).toBeCloseTo(0.5, 2);
  });

  it("omits percussion where the sound font has none, and counts it", async () => {
    const drums = onChannel(scoreFromNotes([note(38, 0, 0.5), note(42, 0.5, 1)]), 9);
    const { silentDrums, left } = await render(drums);
    expect(silentDrums).toBe(2);
    expect(left.every((value) => value === 0)).toBe(true);
    const other = onChannel(scoreFromNotes([note(69, 0, 1)]), 3);
    const both = await render(assembleScore(drums.division, [...drums.tracks, ...other.tracks]));
    const alone = await render(other);
    expect(both.silentDrums).toBe(2);
    expect(both.left.slice(0, SAMPLE_RATE)).toEqual(alone.left.slice(0, SAMPLE_RATE));
  });

  it("plays all programs with the piano of a bank that has no other", async () => {
    const violin = withProgram(scoreFromNotes([note(69, 0, 1)]), 40);
    const { left } = await render(violin);
    expect(level(part(left, 0.1, 0.5))).toBeGreaterThan(0.01);
  });

  it("plays with another sound font", async () => {
    const saw = await loadSoundBank(new Uint8Array(BasicSoundBank.getSampleSoundBankFile()));
    const { left } = await render(scoreFromNotes([note(69, 0, 1)]), {}, saw);
    const sound = part(left, 0.1, 0.5);
    const fifth = strengthAt(sound, 2200, SAMPLE_RATE);
    expect(Math.abs(peakBetween(sound, 400, 480, SAMPLE_RATE) - 440)).toBeLessThan(5);
    expect(strengthAt(sound, 440, SAMPLE_RATE) / fifth, "a saw's partials fall as 1/n").toBeGreaterThan(3);
  });

  it("stops when the signal is aborted", async () => {
    const { parts } = renderScore(scoreFromNotes([note(69, 0, 60)]), piano, {
      signal: AbortSignal.abort(new Error("enough")),
    });
    await expect(parts().next()).rejects.toThrow("enough");
  });

  it("rejects music too long for a WAV file", () => {
    expect(() => renderScore(scoreFromNotes([note(69, 0, 7 * 3600)]), piano)).toThrow(RenderError);
    const late = { ...scoreFromNotes([note(69, 0, 1)]), durationSeconds: 7 * 3600 };
    expect(() => renderScore(late, piano, { keepSilence: true })).toThrow(RenderError);
  });

  it("ends 3 s after the last note, though the file ends an hour later", async () => {
    const score = endingAt(scoreFromNotes([note(69, 0, 1)]), 3600);
    expect(score.durationSeconds).toBe(3600);
    const { left, frames } = await render(score);
    expect(frames).toBe(4 * SAMPLE_RATE);
    expect(left).toEqual((await render(scoreFromNotes([note(69, 0, 1)]))).left);
  });

  it("keeps the silence up to the end of the file when asked to", async () => {
    const score = endingAt(scoreFromNotes([note(69, 0, 1)]), 5);
    const { left, frames } = await render(score, { keepSilence: true });
    expect(frames).toBe(8 * SAMPLE_RATE);
    expect(level(part(left, 7, 8))).toBeLessThan(0.001 * level(part(left, 0, 1)));
  });

  it("ends a note after 30 s under a pedal without pedal-up", async () => {
    const plain = scoreFromNotes([note(21, 0, 1)]);
    const pedal: MidiEvent = { kind: "channel", tick: 0, status: 0xb0, data1: 64, data2: 127 };
    const tracks = [...plain.tracks, { name: "", events: [pedal], endTick: 0 }];
    const { left, frames } = await render(endingAt(assembleScore(plain.division, tracks), 3600));
    expect(frames).toBe(34 * SAMPLE_RATE);
    expect(level(part(left, 5, 6))).toBeGreaterThan(0.003);
    expect(level(part(left, 30, 31))).toBeLessThan(0.0001);
  });
});

describe("loadSoundBank", () => {
  it.each([
    { what: "an empty file", bytes: new Uint8Array() },
    { what: "a text", bytes: new TextEncoder().encode("no sound font at all, but some text") },
  ])("rejects $what", async ({ bytes }) => {
    await expect(loadSoundBank(bytes)).rejects.toThrow(/it is not a sound font, or it is damaged/);
  });

  it("rejects a truncated file", async () => {
    const whole = readFileSync(new URL("../../../sounds/piano.sf3", import.meta.url));
    await expect(loadSoundBank(whole.subarray(0, 400_000))).rejects.toThrow(RenderError);
  });
});

function note(pitch: number, startSeconds: number, endSeconds: number, velocity = 90): Note {
  return { pitch, velocity, startSeconds, endSeconds };
}

/** The whole sound of a score. */
async function render(score: Score, options: RenderOptions = {}, bank = piano) {
  const rendering = renderScore(score, bank, options);
  const { frames, silentDrums } = rendering;
  const [left, right] = [new Float32Array(frames), new Float32Array(frames)];
  let at = 0;
  for await (const sound of rendering.parts()) {
    left.set(sound.left, at);
    right.set(sound.right, at);
    at += sound.left.length;
  }
  expect(at).toBe(frames);
  return { left, right, frames, silentDrums };
}

/** A score whose tracks end at this second. */
function endingAt({ division, tracks }: Score, seconds: number): Score {
  const ticksPerSecond = division.kind === "quarter" ? 2 * division.ticksPerQuarter : NaN;
  return assembleScore(
    division,
    tracks.map((track) => ({ ...track, endTick: seconds * ticksPerSecond })),
  );
}

function part(samples: Float32Array, fromSeconds: number, toSeconds: number): Float32Array {
  return samples.subarray(fromSeconds * SAMPLE_RATE, toSeconds * SAMPLE_RATE);
}

function onChannel(score: Score, channel: number): Score {
  return mapEvents(score, (event) =>
    event.kind === "channel" ? { ...event, status: (event.status & 0xf0) | channel } : event,
  );
}

function withProgram(score: Score, program: number): Score {
  return mapEvents(score, (event) =>
    event.kind === "channel" && (event.status & 0xf0) === 0xc0 ? { ...event, data1: program } : event,
  );
}

function mapEvents(score: Score, change: (event: MidiEvent) => MidiEvent): Score {
  return assembleScore(
    score.division,
    score.tracks.map((track) => ({ ...track, events: track.events.map(change) })),
  );
}
