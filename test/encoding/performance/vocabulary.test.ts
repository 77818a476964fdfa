import { describe, expect, it } from "vitest";
import {
  encodePerformance,
  encodeScore,
  type EventKind,
  MIDI_NEURAL_PROCESSOR,
  oneHot,
  PERFORMANCE_388,
  PERFORMANCE_416,
  SCORE_2_PERF,
  scoreFromNotes,
  VOCABULARIES,
  Vocabulary,
  VocabularyError,
} from "../../../encoding/index.ts";
import { note } from "../midi/midi-bytes.ts";

/** Vocabulary, kind, its first and last value, and their ids. */
const LAYOUT: readonly (readonly [Vocabulary, EventKind, number, number, number, number])[] = [
  [PERFORMANCE_388, "NOTE_ON", 0, 127, 0, 127],
  [PERFORMANCE_388, "NOTE_OFF", 0, 127, 128, 255],
  [PERFORMANCE_388, "TIME_SHIFT", 1, 100, 256, 355],
  [PERFORMANCE_388, "VELOCITY", 1, 32, 356, 387],
  [PERFORMANCE_416, "VELOCITY", 1, 32, 356, 387],
  [PERFORMANCE_416, "PAD", 0, 0, 388, 388],
  [PERFORMANCE_416, "START", 0, 0, 389, 389],
  [PERFORMANCE_416, "END", 0, 0, 390, 390],
  [PERFORMANCE_416, "TASK", 0, 8, 391, 399],
  [PERFORMANCE_416, "STYLE", 0, 15, 400, 415],
  [SCORE_2_PERF, "PAD", 0, 0, 0, 0],
  [SCORE_2_PERF, "END", 0, 0, 1, 1],
  [SCORE_2_PERF, "NOTE_ON", 21, 108, 2, 89],
  [SCORE_2_PERF, "NOTE_OFF", 21, 108, 90, 177],
  [SCORE_2_PERF, "TIME_SHIFT", 1, 100, 178, 277],
  [SCORE_2_PERF, "VELOCITY", 1, 32, 278, 309],
  [MIDI_NEURAL_PROCESSOR, "TIME_SHIFT", 1, 100, 256, 355],
  [MIDI_NEURAL_PROCESSOR, "VELOCITY", 0, 31, 356, 387],
  [MIDI_NEURAL_PROCESSOR, "END", 0, 0, 388, 388],
  [MIDI_NEURAL_PROCESSOR, "PAD", 0, 0, 389, 389],
];

describe("ids", () => {
  it.each(LAYOUT)("$0.name: $1", (vocabulary, kind, low, high, lowId, highId) => {
    expect(vocabulary.id(kind)).toBe(lowId);
    expect(vocabulary.id(kind, low)).toBe(lowId);
    expect(vocabulary.id(kind, high)).toBe(highId);
    expect(vocabulary.event(lowId)).toEqual({ kind, value: low });
    expect(vocabulary.event(highId)).toEqual({ kind, value: high });
    expect(() => vocabulary.id(kind, low - 1)).toThrow(VocabularyError);
    expect(() => vocabulary.id(kind, high + 1)).toThrow(VocabularyError);
    expect(() => vocabulary.id(kind, low + 0.5)).toThrow(VocabularyError);
  });

  it("have the number of ids of their sources", () => {
    expect([...VOCABULARIES].map(([name, { size }]) => [name, size])).toEqual([
      ["performance-388", 388],
      ["performance-416", 416],
      ["score2perf", 310],
      ["midi-neural-processor", 390],
    ]);
  });

  it("and events are each other's inverse", () => {
    for (const vocabulary of VOCABULARIES.values()) {
      for (let id = 0; id < vocabulary.size; id += 1) {
        const { kind, value } = vocabulary.event(id);
        expect(vocabulary.id(kind, value)).toBe(id);
      }
    }
  });

  it("outside the vocabulary throw", () => {
    expect(() => PERFORMANCE_388.event(388)).toThrow(
      'id 388 is outside vocabulary "performance-388" (0 to 387)',
    );
    expect(() => PERFORMANCE_388.event(-1)).toThrow(VocabularyError);
    expect(() => PERFORMANCE_388.event(0.5)).toThrow(VocabularyError);
    expect(() => PERFORMANCE_388.id("END")).toThrow('vocabulary "performance-388" has no event END');
  });

  it("must be declared without gaps", () => {
    const ranges = [{ kind: "NOTE_ON", first: 1, count: 1, minimum: 0 }] as const;
    const { velocityBins } = PERFORMANCE_388;
    expect(() => new Vocabulary({ name: "x", ranges, velocityBins })).toThrow(/begins at id 1, expected 0/);
  });
});

describe("velocity bins", () => {
  it("are note-seq's: (v − 1) / 4 + 1, and back to the softest", () => {
    const bins = [1, 4, 5, 64, 100, 127].map((velocity) => PERFORMANCE_388.velocityBin(velocity));
    expect(bins).toEqual([1, 1, 2, 16, 25, 32]);
    expect([1, 2, 32].map((bin) => PERFORMANCE_388.velocityOfBin(bin))).toEqual([1, 5, 125]);
  });

  it("are v >> 2 in midi-neural-processor", () => {
    for (let velocity = 1; velocity < 128; velocity += 1) {
      expect(MIDI_NEURAL_PROCESSOR.velocityBin(velocity)).toBe(velocity >> 2);
    }
    expect([0, 1, 31].map((bin) => MIDI_NEURAL_PROCESSOR.velocityOfBin(bin))).toEqual([1, 4, 124]);
  });

  it("are restored from their velocity", () => {
    for (const vocabulary of VOCABULARIES.values()) {
      const range = vocabulary.range("VELOCITY");
      for (let i = 0; i < (range?.count ?? 0); i += 1) {
        const bin = (range?.minimum ?? 0) + i;
        expect(vocabulary.velocityBin(vocabulary.velocityOfBin(bin))).toBe(bin);
      }
    }
  });
});

describe("the variants", () => {
  const notes = [note(60, 100, 0, 500), note(20, 3, 500, 600)];

  it("encode the same music with their own ids", () => {
    expect([...encodePerformance(notes, PERFORMANCE_388)]).toEqual([380, 60, 305, 188, 356, 20, 265, 148]);
    expect([...encodePerformance(notes, MIDI_NEURAL_PROCESSOR)]).toEqual([
      381, 60, 305, 188, 356, 20, 265, 148,
    ]);
    expect([...encodePerformance(notes.slice(0, 1), SCORE_2_PERF)]).toEqual([302, 41, 227, 129]);
  });

  it("throw for a pitch they do not have, or drop and count it if the option is set", () => {
    const score = scoreFromNotes([...notes, note(109, 64, 700, 800)]);
    expect(() => encodeScore(score, SCORE_2_PERF)).toThrow('vocabulary "score2perf" has no event NOTE_ON 20');
    const encoded = encodeScore(score, SCORE_2_PERF, { dropOutOfRange: true });
    expect([...encoded.ids]).toEqual([302, 41, 227, 129]);
    expect(encoded.droppedNotes).toBe(2);
    expect(encoded.notes.map(({ pitch }) => pitch)).toEqual([60]);
    expect(encodeScore(score, PERFORMANCE_388, { dropOutOfRange: true }).droppedNotes).toBe(0);
  });
});

describe("oneHot", () => {
  it("has a single one in each row", () => {
    expect([...oneHot([2, 0], 3)]).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it("throws for ids without a column", () => {
    expect(() => oneHot([3], 3)).toThrow("id 3 at position 0 is outside 0 to 2");
    expect(() => oneHot([0.5], 3)).toThrow(VocabularyError);
  });
});
