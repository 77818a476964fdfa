import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodePerformance,
  encodePerformance,
  PERFORMANCE_388,
  Vocabulary,
  type VocabularyEvent,
} from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";

const IDS = [
  ...encodePerformance(
    [
      { pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 1.5 },
      { pitch: 64, velocity: 30, startSeconds: 0.25, endSeconds: 0.5 },
      { pitch: 60, velocity: 120, startSeconds: 0.75, endSeconds: 2 },
      { pitch: 72, velocity: 120, startSeconds: 1, endSeconds: 1.01 },
    ],
    PERFORMANCE_388,
  ),
];

function written(ids: readonly number[], primer: readonly number[] = []): Piece {
  const piece = new Piece(PERFORMANCE_388, primer);
  for (const id of ids) piece.push(id);
  return piece;
}

/** All public values of a piece. */
function stateOf(piece: Piece): unknown {
  const held: string[] = [];
  for (let second = 0; second < piece.seconds; second += 1)
    piece.forEachNote(second, second + 1, ({ index }) => held.push(`${second} ${index}`));
  return {
    ids: [...piece.ids],
    notes: piece.notes.map((note) => ({ ...note })),
    changes: piece.noteEventsBetween(0, Infinity).map((change) => ({ ...change, note: change.note.index })),
    open: piece.openPitches().sort(),
    lengths: [piece.primerLength, piece.keptLength, piece.generatedCount, piece.seconds],
    held: held.sort(),
  };
}

/** Counts the lookups of ids. */
class Counting extends Vocabulary {
  asked = 0;

  constructor() {
    super(PERFORMANCE_388);
  }

  override event(id: number): VocabularyEvent {
    this.asked += 1;
    return super.event(id);
  }
}

describe("Piece", () => {
  it("has the same notes as decoding all ids", () => {
    const piece = written(IDS);
    const expected = decodePerformance(IDS, PERFORMANCE_388).map(
      ({ pitch, velocity, startSeconds, endSeconds }) => ({ pitch, velocity, startSeconds, endSeconds }),
    );
    expect(piece.finished()).toEqual(expected);
    expect(piece.seconds).toBe(2);
  });

  it("returns the note events of any time span", () => {
    const words = (from: number, to: number): string[] =>
      written(IDS)
        .noteEventsBetween(from, to)
        .map(({ seconds, kind, note }) => `${seconds} ${kind} ${note.pitch}/${note.velocity}`);
    const all = [
      "0 NOTE_ON 60/89",
      "0.25 NOTE_ON 64/29",
      "0.5 NOTE_OFF 64/29",
      "0.75 NOTE_ON 60/117",
      "1 NOTE_ON 72/117",
      "1.01 NOTE_OFF 72/117",
      "1.5 NOTE_OFF 60/89",
      "2 NOTE_OFF 60/117",
    ];
    expect(words(0, 3)).toEqual(all);
    expect(words(0.25, 0.75)).toEqual(all.slice(1, 3));
    expect(words(2.5, 3)).toEqual([]);
  });

  it("returns the notes that are held at a time, and not those that begin or end there", () => {
    const held = (seconds: number): string[] =>
      written(IDS)
        .notesHeldAt(seconds)
        .map(({ kind, note, seconds: since }) => `${kind} ${note.pitch}/${note.velocity} since ${since}`);
    expect(held(0)).toEqual([]);
    expect(held(0.3)).toEqual(["NOTE_ON 60/89 since 0", "NOTE_ON 64/29 since 0.25"]);
    expect(held(0.75)).toEqual(["NOTE_ON 60/89 since 0"]);
    expect(held(1.6)).toEqual(["NOTE_ON 60/117 since 0.75"]);
    expect(held(2)).toEqual([]);
    const growing = new Piece(PERFORMANCE_388, IDS.slice(0, 4));
    expect(growing.notesHeldAt(growing.seconds + 1)).toHaveLength(growing.openPitches().length);
  });

  it("stores the ids and the origin of each note", () => {
    const piece = written(IDS.slice(4), IDS.slice(0, 4));
    expect(piece.primerLength).toBe(4);
    expect(piece.primerSeconds).toBe(0.25);
    for (const { index, endIndex = -1, pitch, origin } of piece.notes) {
      expect(piece.eventAt(index)).toEqual({ kind: "NOTE_ON", value: pitch });
      expect(piece.eventAt(endIndex)).toEqual({ kind: "NOTE_OFF", value: pitch });
      expect(origin).toBe(index < 4 ? "primer" : "generated");
    }
  });

  it("restores an earlier state by cut and truncate", () => {
    for (let length = 0; length <= IDS.length; length += 1) {
      const expected = written(IDS.slice(0, length)).finished();
      const piece = written(IDS);
      expect(piece.cut(length).finished()).toEqual(expected);
      piece.truncate(length);
      expect(piece.finished()).toEqual(expected);
      for (const id of IDS.slice(length)) piece.push(id);
      expect(piece.finished()).toEqual(written(IDS).finished());
    }
  });

  it("is independent of earlier truncations", () => {
    const id = fc.oneof(
      fc.integer({ min: 60, max: 64 }),
      fc.integer({ min: 188, max: 192 }),
      fc.integer({ min: 256, max: 387 }),
    );
    const script = fc.array(
      fc.record({ keep: fc.nat(60), ids: fc.array(id, { maxLength: 40 }), closes: fc.boolean() }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(script, (steps) => {
        const piece = written([], [380, 60]);
        let expected = [380, 60];
        let given = 2;
        for (const { keep, ids, closes } of steps) {
          piece.truncate(keep);
          given = Math.min(given, keep);
          expected = [...expected.slice(0, keep), ...ids];
          for (const each of ids) piece.push(each);
          const fresh = new Piece(PERFORMANCE_388);
          for (const [index, each] of expected.entries())
            fresh.push(each, index < given ? "primer" : "generated");
          expect(stateOf(piece)).toEqual(stateOf(fresh));
          if (closes) piece.close(piece.seconds + 1);
        }
      }),
    );
  });

  it("truncates at a cost that depends on the removed ids only", () => {
    const vocabulary = new Counting();
    const piece = new Piece(vocabulary);
    for (let i = 0; i < 5000; i += 1) for (const id of [60, 305, 188]) piece.push(id);
    piece.push(380);
    for (let i = 0; i < 10; i += 1) for (const id of [62, 305, 190]) piece.push(id);
    vocabulary.asked = 0;
    piece.truncate(piece.ids.length - 15);
    expect(vocabulary.asked).toBeLessThan(40);
    expect(piece.notes).toHaveLength(5005);
  });

  it("has the velocity bin before each id, also after a truncation", () => {
    const piece = written([60, 380, 61, 385, 62]);
    expect([0, 1, 2, 3, 4, 5].map((index) => piece.velocityBinBefore(index))).toEqual([
      undefined,
      undefined,
      25,
      25,
      30,
      30,
    ]);
    piece.truncate(3);
    expect(piece.velocityBinBefore(3)).toBe(25);
  });

  it("includes the id that reaches a time in lengthAt", () => {
    const piece = written(IDS);
    for (const seconds of [0, 0.1, 0.25, 0.9, 2, 5]) {
      const cut = piece.cut(piece.lengthAt(seconds));
      expect(cut.seconds).toBeGreaterThanOrEqual(Math.min(seconds, 2));
      expect(cut.noteEventsBetween(0, seconds)).toHaveLength(piece.noteEventsBetween(0, seconds).length);
    }
  });

  it("ends sounding notes when closed, and reopens them on push", () => {
    const piece = written(IDS.slice(0, 2));
    piece.close(1.5);
    expect(piece.notes.map(({ endSeconds }) => endSeconds)).toEqual([1.5]);
    expect(piece.noteEventsBetween(0, 2).map(({ kind }) => kind)).toEqual(["NOTE_ON", "NOTE_OFF"]);
    piece.push(PERFORMANCE_388.id("TIME_SHIFT", 100));
    piece.push(PERFORMANCE_388.id("TIME_SHIFT", 100));
    piece.push(PERFORMANCE_388.id("NOTE_OFF", 60));
    expect(piece.notes.map(({ endSeconds }) => endSeconds)).toEqual([2]);
  });

  it("omits notes without length, and ignores unmatched note-offs", () => {
    const piece = written([356 + 20, 60, 256 + 49, 62, 128 + 70]);
    expect(piece.notes).toHaveLength(2);
    expect(piece.finished()).toEqual([{ pitch: 60, velocity: 81, startSeconds: 0, endSeconds: 0.5 }]);
  });
});

it("detects a primer followed by generated music only", () => {
  expect(written([]).hasOnlyPrimer).toBe(false);
  expect(written([], IDS).hasOnlyPrimer).toBe(true);
  const answered = written(IDS, IDS);
  expect(answered.hasOnlyPrimer).toBe(true);
  answered.push(60, "primer");
  expect(answered.hasOnlyPrimer).toBe(false);
});
