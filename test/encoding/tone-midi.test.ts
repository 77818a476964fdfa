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
  writeMidi,
} from "../../encoding/index.ts";
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
  it("is what @tonejs/midi reads, where it reads rightly", () => {
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

  it("is taken by @tonejs/midi, and comes back through its writer without loss", () => {
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

  it("keeps every velocity and tempo that @tonejs/midi would round down", () => {
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

  it("is right where @tonejs/midi is not: SMPTE time, a late first tempo, a key struck twice", () => {
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
});

describe("fromToneMidi", () => {
  it("takes what @tonejs/midi made", () => {
    const midi = new Midi();
    midi.header.fromJSON({ ...midi.header.toJSON(), ppq: 480 });
    midi.header.setTempo(90);
    const left = midi.addTrack();
    left.name = "Left";
    left.channel = 3;
    left.addNote({ name: "C#4", time: 1, duration: 0.5, velocity: 0.5 });
    left.addCC({ number: 64, time: 1, value: 1 });
    const score = fromToneMidi(midi.toJSON());
    expect(score.tracks[1]?.name).toBe("Left");
    expect(score.notes).toMatchObject([{ pitch: 61, velocity: 64, channel: 3, track: 1 }]);
    expect(score.notes[0]?.startSeconds).toBeCloseTo(1, 3);
    expect(score.pedal).toMatchObject([{ isDown: true, channel: 3 }]);
    expect(readMidi(writeMidi(score)).notes).toEqual(score.notes);
  });

  it("gives back what toToneMidi took", () => {
    const score = readMidi(bytes);
    const again = fromToneMidi(toToneMidi(score));
    expect(again.notes.map(briefly)).toEqual(score.notes.map(briefly));
    expect(channelEvents(again).length).toBe(channelEvents(score).length);
    expect(toToneMidi(again)).toEqual(toToneMidi(score));
  });

  it.each([
    [{ ppq: 0 }, /ppq/],
    [{ tempos: [{ ticks: 0, bpm: 0 }] }, /tempo/],
    [{ tempos: [{ ticks: 0, bpm: 1 }] }, /tempo/],
  ])("refuses %o", (wrong, found) => {
    const { header: good, tracks } = toToneMidi(readMidi(bytes));
    expect(() => fromToneMidi({ header: { ...good, ...wrong }, tracks })).toThrow(found);
  });
});
