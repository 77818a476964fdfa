import { expect, it } from "vitest";
import { addNotes, type Note, PERFORMANCE_416, replaceNotes, type Score } from "../../../encoding/index.ts";
import type { GeneratedTrack, InfillOptions } from "../../../src/index.ts";
import { accompany, infill, spanWords } from "../../../web/music/generated-parts.ts";
import type { PieceNote } from "../../../web/music/note.ts";
import { Piece } from "../../../web/music/piece.ts";
import { primerOf } from "./fakes.ts";

const five = (): Piece => new Piece(PERFORMANCE_416, primerOf(5));
const short = ({ pitch, startSeconds, origin }: PieceNote): string => `${pitch} ${startSeconds} ${origin}`;
const note = (pitch: number, startSeconds: number): Note => ({
  pitch,
  velocity: 81,
  startSeconds,
  endSeconds: startSeconds + 0.5,
});
const track = (score: Score): GeneratedTrack => ({ score, seed: 7, events: 4, notes: 1, seconds: 5 });

it("adds an accompaniment to the primer, as a branch from the start", async () => {
  const model = {
    accompany: (melody: Score) => Promise.resolve(track(addNotes(melody, [note(40, 2)], "Accompaniment"))),
  };
  const { piece, place } = await accompany(model, five(), {});
  expect(place).toEqual({ name: "accompaniment", forkSeconds: 0, partSeed: 7 });
  expect(piece.notes.map(short)).toEqual([
    "60 0 primer",
    "60 1 primer",
    "40 2 generated",
    "60 2 primer",
    "60 3 primer",
    "60 4 primer",
  ]);
});

it("fills in a time span, rounded to 10 ms, as a branch that joins its parent again", async () => {
  const asked: InfillOptions[] = [];
  const model = {
    infill: (score: Score, options: InfillOptions) => {
      asked.push(options);
      const removed = score.notes.filter(({ startSeconds }) => startSeconds === 2);
      return Promise.resolve(track(replaceNotes(score, removed, [note(40, 2)], "Infill")));
    },
  };
  const span = { fromSeconds: 1.5049, toSeconds: 2.4951 };
  const { piece, place } = await infill(model, five(), span, { seed: 3 });
  expect(asked).toEqual([{ seed: 3, fromSeconds: 1.5, toSeconds: 2.5 }]);
  expect(place).toEqual({ name: "0:01–0:02", forkSeconds: 1.5, joinSeconds: 2.5, partSeed: 7 });
  expect(piece.notes.map(short)).toEqual([
    "60 0 primer",
    "60 1 primer",
    "40 2 infilled",
    "60 3 primer",
    "60 4 primer",
  ]);
});

it("writes a time span in minutes and seconds", () => {
  expect(spanWords({ fromSeconds: 59.9, toSeconds: 61 })).toBe("0:59–1:01");
});
