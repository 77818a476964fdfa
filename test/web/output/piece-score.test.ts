import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  PERFORMANCE_416,
  readMidi,
  type Score,
  writeMidi,
} from "../../../encoding/index.ts";
import { goldenBytes } from "../../encoding/arrival/golden.ts";
import { generateScore, type PerformanceEngine } from "../../../src/music/index.ts";
import { primerOfTracks } from "../../../web/input/open-midi.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { suited } from "../../../web/music/music.ts";
import type { Origin } from "../../../web/music/note.ts";
import type { OpenedFile } from "../../../web/music/opened-file.ts";
import { Piece } from "../../../web/music/piece.ts";
import { infilledPiece, pieceOfNotes, scoreOf as flatScoreOf } from "../../../web/music/piece-edits.ts";
import { cropScore } from "../../../web/output/crop-score.ts";
import { midiOf, scoreOf } from "../../../web/output/piece-score.ts";

/** Variable-length number, one byte. */
type Events = readonly number[];

/**
 * A file as no writer of ours writes it, with running status: 96 ticks a quarter, a bar of 3/4 at 180 quarters a minute, which
 * become 240, a flute with a pedal, and a bass, which begin after a bar of silence.
 */
const FILE = file(
  [
    [0, 0xff, 0x58, 4, 3, 2, 24, 8],
    [0, 0xff, 0x51, 3, 0x05, 0x16, 0x15],
    [0x82, 0x54, 0xff, 0x51, 3, 0x03, 0xd0, 0x90],
  ],
  [
    [0, 0xff, 0x03, 5, ...Buffer.from("flute")],
    [0, 0xc0, 73],
    [0x81, 0x40, 0xb0, 64, 127],
    [0x60, 0x90, 72, 80],
    [0x30, 72, 0],
    [0x30, 74, 90],
    [0x60, 74, 0],
    [0, 0xb0, 64, 0],
  ],
  [
    [0, 0xc1, 32],
    [0x82, 0x20, 0x91, 40, 70],
    [0x83, 0x00, 40, 0],
  ],
);

describe("the MIDI file of a piece", () => {
  it("is the opened file, to the byte, where nothing has changed", () => {
    const { piece, opened } = open(FILE);
    expect(midiOf(piece, opened)).toBe(opened.bytes);
    expect(midiOf(open(FILE, [1]).piece, opened)).not.toBe(opened.bytes);
    for (const id of [PERFORMANCE_416.id("TIME_SHIFT", 100)]) piece.push(id);
    expect(midiOf(piece, opened), "the model wrote no note").toBe(opened.bytes);
  });

  it("has the continuation that the command line writes, byte for byte, also of some of the tracks", async () => {
    for (const tracks of [undefined, [1]]) {
      const { piece, opened } = open(FILE, tracks);
      const added = [76, 79].flatMap((pitch) => noteIds(pitch, 50));
      for (const id of added) piece.push(id);
      const { score } = await generateScore(engineThatAdds(added), {
        primer: opened.score,
        tracks: { tracks: tracks ?? [1, 2] },
        seconds: 8,
      });
      expect(Buffer.from(midiOf(piece, opened)).equals(writeMidi(score))).toBe(true);
      expect(score.tracks.map(({ name }) => name)).toEqual(["", "flute", "", "Continuation"]);
      expectTracksOf(FILE, midiOf(piece, opened));
    }
  });

  it("has the cut of the command line where the primer was cut", async () => {
    const { piece, opened } = open(FILE);
    const cut = new Piece(PERFORMANCE_416, piece.ids.slice(0, piece.lengthAt(0.2)));
    const { score } = readBack(cut, opened);
    expect(score.notes.map(({ pitch }) => pitch)).toEqual([72, 40]);
    expect(score.tracks, "no track of the model").toHaveLength(3);
    for (const id of noteIds(76, 50)) cut.push(id);
    expect(readBack(cut, opened).words).toEqual(["72 flute", "40 bass", "76 Continuation"]);
  });

  it("keeps all that an infilled region leaves, and an accompaniment has a track of its own", () => {
    const { piece, opened } = open(FILE);
    const [low, first, second] = piece.notes;
    if (!low || !first || !second) throw new Error("three notes");
    const before = flatScoreOf(piece);
    const region = { fromSeconds: second.startSeconds, toSeconds: piece.seconds };
    const written = infilledPiece(piece, region, before, {
      ...before,
      notes: [note(before, 71, second.startSeconds + 0.1)],
    });
    const { words, bytes } = readBack(written, opened);
    expect(words).toEqual(["72 flute", "40 bass", "71 Infill"]);
    expectTracksOf(FILE, bytes, (track) => track !== 1);

    const origins: Origin[] = ["primer", "primer", "primer", "generated", "generated"];
    const accompanied = pieceOfNotes(
      [...piece.notes, { ...low, pitch: 48 }, { ...low, pitch: 50, startSeconds: piece.seconds + 1 }].map(
        (each, index) => ({
          ...each,
          endSeconds: each.startSeconds + 0.2,
          origin: origins[index] ?? "primer",
        }),
      ),
      piece.seconds + 3,
      PERFORMANCE_416,
    );
    const result = readBack(accompanied, opened);
    expect(result.words).toEqual(["72 flute", "40 bass", "48 Accompaniment", "74 flute", "50 Continuation"]);
    expectTracksOf(FILE, result.bytes);
  });

  it("keeps the file of several instruments, and has a track for each instrument that the model plays", () => {
    const bytes = new Uint8Array(goldenBytes("12-band-of-six.mid"));
    const score = readMidi(bytes);
    const tracks = [...score.tracks.keys()];
    const primer = primerOfTracks(score, tracks);
    const opened = { name: "band.mid", bytes, score, tracks, primer };
    const piece = suited(new Piece(PERFORMANCE_416, primer.ids, score.notes), { events: () => undefined });
    if (!(piece instanceof BandPiece)) throw new Error("no band");
    expect(midiOf(piece, opened)).toBe(bytes);
    const onsetStep = Math.ceil(piece.seconds * 100);
    for (const instrument of [32, 128, 32])
      piece.push({
        kind: "note",
        onsetStep,
        durationSteps: 50,
        pitch: 40,
        velocity: 80,
        instrument,
        isControl: false,
      });
    const saved = midiOf(piece, opened);
    const words = ({ notes }: Score): string[] =>
      notes
        .filter(({ track }) => track < tracks.length)
        .map(({ track, channel, program, pitch, velocity, startSeconds, endSeconds }) =>
          [track, channel, program, pitch, velocity, startSeconds.toFixed(4), endSeconds.toFixed(4)].join(
            " ",
          ),
        );
    expect(words(readMidi(saved)).join() === words(score).join(), "all notes of the file").toBe(true);
    expect(
      readMidi(saved)
        .tracks.slice(tracks.length)
        .map(({ name }) => name),
    ).toEqual(["Continuation", "Continuation"]);
    const added = readMidi(saved).notes.filter(({ track }) => track >= tracks.length);
    expect(added.map(({ program, isPercussion }) => (isPercussion ? "drums" : program))).toEqual([
      32,
      32,
      "drums",
    ]);
  });

  it("has a track each for what was played and what the model wrote, without a file", () => {
    const piece = new Piece(PERFORMANCE_416, noteIds(60, 100));
    for (const id of noteIds(64, 100)) piece.push(id);
    for (const id of noteIds(67, 100)) piece.push(id, "infilled");
    expect(readBack(piece, undefined).words).toEqual(["60 Played", "64 Continuation", "67 Infill"]);
    const own = new Piece(PERFORMANCE_416);
    for (const id of noteIds(64, 100)) own.push(id);
    expect(readBack(own, undefined).words).toEqual(["64 Piano"]);
    expect(readMidi(midiOf(new Piece(PERFORMANCE_416), undefined)).notes).toEqual([]);
  });
});

describe("the MIDI file of a selection", () => {
  it("has the notes that begin there, with tempo, meter, programs and pedal of that time", () => {
    const { piece, opened } = open(FILE);
    const score = scoreOf(piece, opened);
    const [, , second] = score.notes;
    const from = second?.startSeconds ?? 0;
    const cropped = readMidi(writeMidi(cropScore(score, { fromSeconds: from, toSeconds: from + 0.1 })));
    expect(cropped.notes.map(({ pitch, program, startSeconds }) => [pitch, program, startSeconds])).toEqual([
      [74, 73, 0],
    ]);
    expect(cropped.notes[0]?.endSeconds, "it ends with the selection").toBeCloseTo(0.1, 2);
    expect(cropped.pedal).toMatchObject([{ isDown: true, seconds: 0 }]);
    expect(cropped.durationSeconds).toBeCloseTo(0.1, 2);
    const [conductor] = cropped.tracks;
    expect(conductor?.events).toMatchObject([
      { type: 0x58, tick: 0 },
      { type: 0x51, tick: 0, data: Uint8Array.of(0x03, 0xd0, 0x90) },
    ]);
    expect(cropped.tracks[1]?.name).toBe("flute");
  });
});

function open(bytes: Uint8Array<ArrayBuffer>, tracks = [1, 2]): { piece: Piece; opened: OpenedFile } {
  const score = readMidi(bytes);
  const primer = primerOfTracks(score, tracks);
  return {
    piece: new Piece(PERFORMANCE_416, primer.ids),
    opened: { name: "song.mid", bytes, score, tracks, primer },
  };
}

function readBack(
  piece: Piece,
  opened: OpenedFile | undefined,
): { words: string[]; bytes: Uint8Array; score: Score } {
  const bytes = midiOf(piece, opened);
  const score = readMidi(bytes);
  const words = score.notes.map(
    ({ pitch, track }) => `${pitch} ${score.tracks[track]?.name || (opened && track === 2 ? "bass" : "")}`,
  );
  return { words, bytes, score };
}

/** Checks that tracks of a file are in another, to the byte, as our writer writes them. */
function expectTracksOf(
  original: Uint8Array,
  saved: Uint8Array,
  isUnchanged: (track: number) => boolean = () => true,
): void {
  const chunks = (bytes: Uint8Array): Buffer[] => {
    const found: Buffer[] = [];
    const buffer = Buffer.from(bytes);
    for (let at = 14; at < buffer.length; at += 8 + buffer.readUInt32BE(at + 4))
      found.push(buffer.subarray(at, at + 8 + buffer.readUInt32BE(at + 4)));
    return found;
  };
  expect(saved.subarray(12, 14), "the division").toEqual(original.subarray(12, 14));
  const given = chunks(writeMidi(readMidi(original)));
  for (const [track, chunk] of given.entries())
    if (isUnchanged(track)) expect(chunks(saved)[track]?.equals(chunk), `track ${track}`).toBe(true);
}

/** A note of a second, after which the next can follow. */
function noteIds(pitch: number, steps: number): number[] {
  return [
    PERFORMANCE_416.id("NOTE_ON", pitch),
    PERFORMANCE_416.id("TIME_SHIFT", steps),
    PERFORMANCE_416.id("NOTE_OFF", pitch),
  ];
}

/** A note of a track that a score does not have yet. */
function note(
  { tracks, notes: [first] }: Score,
  pitch: number,
  startSeconds: number,
): Score["notes"][number] {
  if (!first) throw new Error("no note");
  return { ...first, track: tracks.length, pitch, startSeconds, endSeconds: startSeconds + 0.2 };
}

/** A model that always continues with the same ids. */
function engineThatAdds(added: readonly number[]): PerformanceEngine {
  return {
    vocabulary: PERFORMANCE_416,
    config: { window: 1024, tasks: [] },
    generate: (ids) => {
      const given = decodePerformance(ids, PERFORMANCE_416);
      const step = ids.reduce((sum, id) => sum + PERFORMANCE_416.steps(id), 0);
      const notes = decodePerformance([...ids, ...added], PERFORMANCE_416);
      const start = { onsets: given.length, step };
      return Promise.resolve({ seed: 0, events: added.length, notes, start });
    },
    accompany: () => Promise.reject(new Error("not trained for it")),
    infill: () => Promise.reject(new Error("not trained for it")),
  };
}

function file(...tracks: readonly (readonly Events[])[]): Uint8Array<ArrayBuffer> {
  const header = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, tracks.length, 0, 96];
  const chunks = tracks.flatMap((events) => {
    const bytes = [...events.flat(), 0, 0xff, 0x2f, 0];
    return [0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, bytes.length, ...bytes];
  });
  return Uint8Array.from([...header, ...chunks]);
}
