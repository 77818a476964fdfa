import tonejs from "@tonejs/midi";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromToneMidi,
  type MidiEvent,
  readMidi,
  type Score,
  type ToneMidi,
  type ToneMidiTrack,
  toToneMidi,
  writeMidi,
} from "../../../encoding/index.ts";
import { anyFile, theirEvents } from "./any-file.ts";
import { file, track } from "./midi-bytes.ts";

const { Midi } = tonejs;

const EMPTY: ToneMidi["header"] = {
  name: "",
  ppq: 480,
  meta: [],
  tempos: [],
  timeSignatures: [],
  keySignatures: [],
};

const toneTrack = (program: number, onsets: readonly number[], channel = 0): ToneMidiTrack => ({
  name: "",
  channel,
  instrument: { number: program, name: "", family: "" },
  notes: onsets.map((ticks) => ({
    midi: 60 + program,
    name: "",
    velocity: 0.5,
    time: 0,
    duration: 0,
    ticks,
    durationTicks: 240,
  })),
  controlChanges: {},
  pitchBends: [],
});

const programChanges = (score: Score): [track: number, tick: number, program: number][] =>
  score.tracks.flatMap(({ events }, index) =>
    events.flatMap((event): [number, number, number][] =>
      event.kind === "channel" && (event.status & 0xf0) === 0xc0 ? [[index, event.tick, event.data1]] : [],
    ),
  );

const played = (score: Score): number[][] =>
  score.notes
    .map(({ pitch, velocity, startTick, endTick, channel, program }) => [
      startTick,
      pitch,
      endTick,
      velocity,
      channel,
      program,
    ])
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0));

describe("fromToneMidi", () => {
  it("accepts objects of @tonejs/midi", () => {
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

  it("writes the events that midi-file reads from the original file", () => {
    fc.assert(
      fc.property(anyFile, (bytes) => {
        const written = writeMidi(fromToneMidi(new Midi(bytes).toJSON()));
        expect(theirEvents(written)).toEqual(theirEvents(bytes));
      }),
    );
  });

  it("writes the same events after toToneMidi, except for a default tempo", () => {
    fc.assert(
      fc.property(anyFile, (bytes) => {
        const written = theirEvents(writeMidi(fromToneMidi(toToneMidi(readMidi(bytes)))));
        const isTempo = (event: string): boolean => event.includes(" tempo ");
        expect(written.filter((event) => !isTempo(event))).toEqual(
          theirEvents(bytes).filter((event) => !isTempo(event)),
        );
      }),
    );
  });

  it("writes the key signatures that Midi#toArray writes 14 sharps too high", () => {
    const midi = new Midi();
    midi.addTrack().addNote({ midi: 60, ticks: 0, durationTicks: 10 });
    midi.header.keySignatures.push({ ticks: 0, key: "Eb", scale: "minor" });
    const keys = (bytes: Uint8Array): string[] =>
      theirEvents(bytes).filter((event) => event.includes(" key "));
    expect(keys(midi.toArray())).toEqual(["0 key 11 1"]);
    expect(keys(writeMidi(fromToneMidi(midi)))).toEqual(["0 key -3 1"]);
  });

  it("keeps the program of each note where a track has several", () => {
    const two = [
      [0, 0xc0, 5, 0, 0x90, 60, 64, 100, 0x80, 60, 0],
      [0, 0xc0, 40, 0, 0x90, 62, 64, 100, 0x80, 62, 0],
      [0, 0xc0, 5, 0, 0x90, 64, 64, 100, 0x80, 64, 0],
    ].flat();
    const score = readMidi(file(track(...two)));
    const again = readMidi(writeMidi(fromToneMidi(toToneMidi(score))));
    expect(played(again)).toEqual(played(score));
    expect(played(again).map(([, pitch, , , , program]) => [pitch, program])).toEqual([
      [60, 5],
      [62, 40],
      [64, 5],
    ]);
  });

  it("changes the program before each note with another program where tracks share a channel", () => {
    const tracks = [toneTrack(5, [0, 960]), toneTrack(40, [480, 720]), toneTrack(0, [])];
    expect(programChanges(fromToneMidi({ header: EMPTY, tracks }))).toEqual([
      [1, 0, 5],
      [1, 960, 5],
      [2, 480, 40],
    ]);
  });

  it("sets the program at the start where a channel has only one", () => {
    const tracks = [toneTrack(5, [480]), toneTrack(5, [960]), toneTrack(7, [480], 1), toneTrack(9, [], 2)];
    expect(programChanges(fromToneMidi({ header: EMPTY, tracks }))).toEqual([
      [1, 0, 5],
      [2, 0, 5],
      [3, 0, 7],
      [4, 0, 9],
    ]);
  });

  it("writes the note-off of a repeated key before its note-on on the same tick", () => {
    const score = fromToneMidi({ header: EMPTY, tracks: [toneTrack(0, [240, 0])] });
    const [, music] = score.tracks;
    const keys = music?.events.filter(({ kind }) => kind === "channel").slice(1);
    expect(keys?.map((event: MidiEvent) => [event.tick, event.kind === "channel" && event.status])).toEqual([
      [0, 0x90],
      [240, 0x80],
      [240, 0x90],
      [480, 0x80],
    ]);
  });

  it("restores texts that @tonejs/midi reads byte by byte and writes others as UTF-8", () => {
    const written = (words: string): number[] => {
      const meta = [{ type: "lyrics", ticks: 0, text: words }];
      const [conductor] = fromToneMidi({ header: { ...EMPTY, meta }, tracks: [] }).tracks;
      return conductor?.events.flatMap((event) => (event.kind === "meta" ? [...event.data] : [])) ?? [];
    };
    expect(written("\u00c3\u00a9")).toEqual([0xc3, 0xa9]);
    expect(written("é")).toEqual([0xc3, 0xa9]);
    expect(written("€")).toEqual([0xe2, 0x82, 0xac]);
  });

  it("keeps the end of a track", () => {
    const tracks = [{ ...toneTrack(0, [0]), endOfTrackTicks: 960 }];
    expect(readMidi(writeMidi(fromToneMidi({ header: EMPTY, tracks }))).durationSeconds).toBe(1);
  });

  const signed = (timeSignature: number[]): Partial<ToneMidi["header"]> => ({
    timeSignatures: [{ ticks: 0, timeSignature }],
  });
  it.each([
    [{ ppq: 0 }, "ppq must be a whole number from 1 to 32767, got 0"],
    [
      { tempos: [{ ticks: 0, bpm: 0 }] },
      "a tempo must be between 3.58 and 60000000 quarter notes a minute, got 0",
    ],
    [
      { tempos: [{ ticks: 0, bpm: 1 }] },
      "a tempo must be between 3.58 and 60000000 quarter notes a minute, got 1",
    ],
    [{ tempos: [{ ticks: -1, bpm: 90 }] }, "ticks must be 0 or more, got -1"],
    [
      { keySignatures: [{ ticks: 0, key: "H", scale: "major" }] },
      '"H" is not a key of a key signature; the keys are Cb, Gb, Db, Ab, Eb, Bb, F, C, G, D, A, E, B, F#, C#',
    ],
    [
      { keySignatures: [{ ticks: 0, key: "C", scale: "dorian" }] },
      'a scale must be major or minor, got "dorian"',
    ],
    [signed([3, 6]), "a time signature must be 1 to 255 beats over a power of two, got 3/6"],
    [signed([0, 4]), "a time signature must be 1 to 255 beats over a power of two, got 0/4"],
    [signed([256, 4]), "a time signature must be 1 to 255 beats over a power of two, got 256/4"],
    [signed([4, 0]), "a time signature must be 1 to 255 beats over a power of two, got 4/0"],
    [signed([4]), "a time signature must be 1 to 255 beats over a power of two, got 4"],
  ])("rejects the header %o", (wrong, message) => {
    expect(() => fromToneMidi({ header: { ...EMPTY, ...wrong }, tracks: [] })).toThrow(
      expect.objectContaining({ name: "MidiError", code: "bad-value", message }),
    );
  });

  const [tone] = toneTrack(0, [0]).notes;
  it.each([
    [{ channel: 16 }, "channel must be a whole number from 0 to 15, got 16"],
    [
      { instrument: { number: 128, name: "", family: "" } },
      "instrument number must be a whole number from 0 to 127, got 128",
    ],
    [{ pitchBends: [{ ticks: 0, time: 0, value: 4096 }] }, "a pitch bend must be from -1 to 1, got 4096"],
    [
      { controlChanges: { 128: [{ number: 128, value: 1, ticks: 0, time: 0 }] } },
      "controller number must be a whole number from 0 to 127, got 128",
    ],
    [{ notes: tone ? [{ ...tone, midi: 128 }] : [] }, "pitch must be a whole number from 0 to 127, got 128"],
    [{ notes: tone ? [{ ...tone, durationTicks: -1 }] : [] }, "a note must last 0 ticks or longer, got -1"],
  ])("rejects the track %o", (wrong, message) => {
    const tracks = [{ ...toneTrack(0, [0]), ...wrong }];
    expect(() => fromToneMidi({ header: EMPTY, tracks })).toThrow(
      expect.objectContaining({ name: "MidiError", code: "bad-value", message }),
    );
  });
});
