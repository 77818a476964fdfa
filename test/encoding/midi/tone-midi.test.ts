import tonejs from "@tonejs/midi";
import { describe, expect, it } from "vitest";
import {
  assembleScore,
  fromToneMidi,
  type MidiEvent,
  type Note,
  readMidi,
  type Score,
  scoreFromNotes,
  toToneMidi,
} from "../../../encoding/index.ts";
import { file, header, note, track } from "./midi-bytes.ts";

const { Midi } = tonejs;

const named = (name: string): number[] => [0, 0xff, 3, name.length, ...new TextEncoder().encode(name)];
const MARKER = [0, 0xff, 6, 1, 0x41];
const TEMPO = [0, 0xff, 0x51, 3, 0x06, 0x8a, 0x1b];
const THREE_FOUR_IN_C_MINOR = [0, 0xff, 0x58, 4, 3, 2, 24, 8, 0, 0xff, 0x59, 2, 0xfd, 1];
const SLOWER = [0x83, 0x74, 0xff, 0x51, 3, 0x0b, 0x71, 0xb1];
const CONDUCTOR = [...named("Song"), ...MARKER, ...TEMPO, ...THREE_FOUR_IN_C_MINOR, ...SLOWER];
const PROGRAM_AND_PEDAL = [0, 0xc2, 5, 0, 0xb2, 64, 100];
const KEYS = [10, 0x92, 60, 127, 0x85, 0x00, 0x92, 64, 1, 50, 0x82, 60, 0, 50, 0x82, 64, 0];
const BEND_AND_PEDAL_UP = [0, 0xe2, 0, 0x50, 0, 0xb2, 64, 0];
const MUSIC = [...named("Left"), ...PROGRAM_AND_PEDAL, ...KEYS, ...BEND_AND_PEDAL_UP];
const bytes = file(track(...CONDUCTOR), track(...MUSIC));

const briefly = ({ pitch, velocity, startSeconds, endSeconds }: Note): number[] => [
  pitch,
  velocity,
  Math.round(startSeconds * 1e6),
  Math.round(endSeconds * 1e6),
];

const channelEvents = (score: Score): MidiEvent[] =>
  score.tracks.flatMap(({ events }) => events.filter(({ kind }) => kind === "channel"));

describe("toToneMidi", () => {
  it("equals what @tonejs/midi reads where that is correct", () => {
    const theirs = new Midi(bytes).toJSON();
    const ours = toToneMidi(readMidi(bytes));
    expect(ours.header.ppq).toBe(theirs.header.ppq);
    expect(ours.header.name).toBe("Song");
    expect(ours.header.timeSignatures).toMatchObject([{ ticks: 0, timeSignature: [3, 4] }]);
    expect(ours.header.keySignatures).toEqual([{ ticks: 0, key: "Eb", scale: "minor" }]);
    expect(ours.header.tempos).toHaveLength(theirs.header.tempos.length);
    const music = theirs.tracks.find(({ notes }) => notes.length > 0);
    expect(ours.tracks).toHaveLength(1);
    const [mine] = ours.tracks;
    expect(mine).toMatchObject({ name: "Left", channel: 2, instrument: { number: 5 } });
    expect(
      mine?.notes.map(({ midi, name, ticks, durationTicks }) => [midi, name, ticks, durationTicks]),
    ).toEqual(music?.notes.map(({ midi, name, ticks, durationTicks }) => [midi, name, ticks, durationTicks]));
    for (const [index, one] of (music?.notes ?? []).entries()) {
      expect(mine?.notes[index]?.time).toBeCloseTo(one.time, 9);
      expect(mine?.notes[index]?.duration).toBeCloseTo(one.duration, 9);
      expect(mine?.notes[index]?.velocity).toBeCloseTo(one.velocity, 9);
    }
    expect(mine?.controlChanges[64]?.map(({ ticks }) => ticks)).toEqual(
      music?.controlChanges[64]?.map(({ ticks }) => ticks),
    );
  });

  it("is accepted by @tonejs/midi and survives its writer without loss", () => {
    const score = readMidi(bytes);
    const midi = new Midi();
    midi.fromJSON(toToneMidi(score));
    const again = readMidi(midi.toArray());
    expect(again.notes.map(briefly)).toEqual(score.notes.map(briefly));
    expect(again.pedal.map(({ seconds, isDown }) => [seconds, isDown])).toEqual(
      score.pedal.map(({ seconds, isDown }) => [seconds, isDown]),
    );
    expect(again.tracks.map(({ name }) => name)).toEqual(["Song", "Left"]);
  });

  it("keeps velocities and tempos that @tonejs/midi would round down", () => {
    const notes = Array.from({ length: 127 }, (_, index) =>
      note(60, index + 1, index * 100, index * 100 + 50),
    );
    for (const microseconds of [999_983, 428_571, 500_001, 612_345]) {
      const data = Uint8Array.of(microseconds >> 16, (microseconds >> 8) & 255, microseconds & 255);
      const [piano] = scoreFromNotes(notes).tracks;
      const tempo = { name: "", events: [{ kind: "meta", tick: 0, type: 0x51, data }], endTick: 0 } as const;
      const events = (piano?.events ?? []).filter(({ kind }) => kind === "channel");
      const score = assembleScore({ kind: "quarter", ticksPerQuarter: 500 }, [
        tempo,
        { name: "", events, endTick: 12_700 },
      ]);
      const midi = new Midi();
      midi.fromJSON(toToneMidi(score));
      const again = readMidi(midi.toArray());
      expect(again.notes.map(briefly)).toEqual(score.notes.map(briefly));
    }
  });

  it("is correct where @tonejs/midi is not: SMPTE time, a late first tempo, a repeated key", () => {
    const smpte = Uint8Array.from([...header(0, 1, 0xe728), ...track(0, 0x90, 60, 64, 100, 60, 0)]);
    expect(toToneMidi(readMidi(smpte)).tracks[0]?.notes).toMatchObject([
      { ticks: 0, durationTicks: 100, duration: 0.1 },
    ]);
    const late = [100, 0xff, 0x51, 3, 0x0f, 0x42, 0x40, 0, 0x90, 60, 64, 50, 60, 9, 50, 60, 0, 50, 60, 0];
    const tones = toToneMidi(readMidi(file(track(...late)))).tracks[0]?.notes;
    expect(tones?.map(({ time, duration }) => [time, duration].map((x) => Math.round(x * 1000)))).toEqual([
      [100, 200],
      [200, 200],
    ]);
  });

  it("inserts the default tempo before a late first tempo event", () => {
    const late = [
      [0, 0x90, 60, 64, 0x83, 0x74, 60, 0],
      [0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40],
      [0, 0x90, 62, 64, 0x83, 0x74, 62, 0],
    ].flat();
    const tone = toToneMidi(readMidi(file(track(...late))));
    expect(tone.header.tempos).toEqual([
      { ticks: 0, bpm: 120, time: 0 },
      { ticks: 500, bpm: 60, time: 0.5 },
    ]);
    const midi = new Midi();
    midi.fromJSON(tone);
    expect(midi.tracks[0]?.notes.map(({ time, duration }) => [time, duration])).toEqual([
      [0, 0.5],
      [0.5, 1],
    ]);
  });

  it("states the default tempo of a score without one, and the last of two on one tick", () => {
    const tempos = (...events: number[]): number[][] =>
      toToneMidi(readMidi(file(track(...events)))).header.tempos.map(({ ticks, bpm }) => [ticks, bpm]);
    expect(tempos()).toEqual([[0, 120]]);
    expect(tempos(0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40, 0, 0xff, 0x51, 3, 0x1e, 0x84, 0x80)).toEqual([[0, 30]]);
  });

  it("sets the program of a note to that at its start", () => {
    const changed = [0, 0xc0, 0, 0, 0x90, 60, 64, 0, 0xc0, 40, 100, 0x80, 60, 0];
    const tone = toToneMidi(readMidi(file(track(...changed))));
    expect(tone.tracks.map(({ instrument, notes }) => [instrument.number, notes.length])).toEqual([[0, 1]]);
  });

  it("makes a track for each program of a channel, each with the channel's controllers and bends", () => {
    const two = [
      [0, 0xc0, 5, 0, 0xb0, 64, 127, 0, 0xe0, 0, 0x60],
      [0, 0x90, 60, 64, 100, 0x80, 60, 0],
      [0, 0xc0, 40, 0, 0x90, 62, 64, 100, 0x80, 62, 0],
    ].flat();
    const tone = toToneMidi(readMidi(file(track(...two))));
    const brief = tone.tracks.map(({ instrument, notes, controlChanges, pitchBends }) => [
      instrument.number,
      notes.map(({ midi }) => midi),
      controlChanges[64]?.map(({ value }) => value),
      pitchBends.map(({ value }) => value),
    ]);
    expect(brief).toEqual([
      [5, [60], [1], [0.5]],
      [40, [62], [1], [0.5]],
    ]);
  });

  it("sets the program of a channel without notes to its first program change", () => {
    const pedal = [0, 0xc3, 7, 0, 0xb3, 64, 127];
    expect(toToneMidi(readMidi(file(track(...pedal)))).tracks).toMatchObject([
      { channel: 3, instrument: { number: 7 }, notes: [] },
    ]);
  });

  it("omits key signatures of more than seven sharps or flats and time signatures without beats", () => {
    const odd = [0, 0xff, 0x59, 2, 14, 0, 0, 0xff, 0x59, 2, 0xf8, 0, 0, 0xff, 0x58, 4, 0, 2, 24, 8];
    const { keySignatures, timeSignatures } = toToneMidi(readMidi(file(track(...odd)))).header;
    expect([keySignatures, timeSignatures]).toEqual([[], []]);
  });

  it("reads texts as UTF-8 or, where that is invalid, as Latin-1", () => {
    const texts = [0, 0xff, 5, 2, 0xc3, 0xa9, 0, 0xff, 5, 1, 0xe9];
    expect(toToneMidi(readMidi(file(track(...texts)))).header.meta).toEqual([
      { type: "lyrics", ticks: 0, text: "é" },
      { type: "lyrics", ticks: 0, text: "é" },
    ]);
  });

  it("is converted back by fromToneMidi without loss", () => {
    const score = readMidi(bytes);
    const again = fromToneMidi(toToneMidi(score));
    expect(again.notes.map(briefly)).toEqual(score.notes.map(briefly));
    expect(channelEvents(again).length).toBe(channelEvents(score).length);
    expect(toToneMidi(again)).toEqual(toToneMidi(score));
  });
});
