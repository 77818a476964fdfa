import { expect, it } from "vitest";
import { PERFORMANCE_416, readMidi, writeMidi } from "../../../encoding/index.ts";
import { goldenBytes } from "../../encoding/arrival/golden.ts";
import { pieceOfTracks, primerOfTracks } from "../../../web/input/open-midi.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { bandScore, emptyMusic, suited } from "../../../web/music/music.ts";
import { Piece } from "../../../web/music/piece.ts";
import { idsOf, primerOf } from "./fakes.ts";

const BAND = { events: () => undefined };
const PIANO = { continue: () => undefined };

/** 439 notes of six instruments, drums among them. */
const score = readMidi(goldenBytes("12-band-of-six.mid"));
const tracks = [...score.tracks.keys()];
const opened = (): Piece => pieceOfTracks(score, tracks, primerOfTracks(score, tracks));
const programs = (notes: typeof score.notes): string[] =>
  [...new Set(notes.map((note) => (note.isPercussion ? "drums" : `program ${note.program}`)))].toSorted();

it("starts with music of the model's kind", () => {
  expect(emptyMusic(BAND)).toBeInstanceOf(BandPiece);
  expect(emptyMusic(PIANO)).toBeInstanceOf(Piece);
  expect(emptyMusic(undefined)).toBeInstanceOf(Piece);
});

it("gives a band the notes of an opened file with their instruments, and saves them so", () => {
  const band = suited(opened(), BAND);
  if (!(band instanceof BandPiece)) throw new TypeError("not of several instruments");
  expect(band.primerLength).toBe(score.notes.length);
  expect(band.notes[0]).toMatchObject({ startSeconds: 0, origin: "primer", part: 0 });
  const saved = readMidi(writeMidi(bandScore(band)));
  expect(programs(saved.notes)).toEqual(programs(score.notes));
  expect(saved.tracks).toHaveLength(programs(score.notes).length);
  expect(saved.tracks.map(({ name }) => name)).toContain("Drums");
  expect(saved.notes.every(({ isPercussion, channel }) => isPercussion === (channel === 9))).toBe(true);
});

it("gives a band the piano of other music, and a piano the notes of all instruments but drums", () => {
  const piece = new Piece(PERFORMANCE_416, primerOf(5));
  const band = suited(piece, BAND);
  expect(band.notes.map(({ pitch, startSeconds, part }) => [pitch, startSeconds, part])).toEqual(
    piece.notes.map(({ pitch, startSeconds }) => [pitch, startSeconds, 0]),
  );
  const piano = suited(suited(opened(), BAND), PIANO);
  expect(idsOf(piano)?.length).toBeGreaterThan(0);
  expect(piano.primerLength).toBe(piano.length);
});

it("keeps music that the model reads", () => {
  const piece = opened();
  expect(suited(piece, PIANO)).toBe(piece);
  expect(suited(piece, undefined)).toBe(piece);
  const band = suited(piece, BAND);
  expect(suited(band, BAND)).toBe(band);
});
