/**
 * Converts between events and ids: a vocabulary is a list of named ranges of ids. The 388-id performance vocabulary is
 * note-seq's (`performance_encoder_decoder.py`); the 416-id one adds the special and task ids of the shipped models.
 */

import { HintedError } from "../hinted-error.ts";

/** The four kinds of performance event. */
export type PerformanceEventKind = "NOTE_ON" | "NOTE_OFF" | "TIME_SHIFT" | "VELOCITY";

/** Special ids: padding, start and end of a piece, tasks and styles. */
export type SpecialKind = "PAD" | "START" | "END" | "TASK" | "STYLE";

/** All kinds of ids. */
export type EventKind = PerformanceEventKind | SpecialKind;

/** A range of consecutive ids with consecutive values. */
export interface IdRange {
  readonly kind: EventKind;
  /** The first id of the range. */
  readonly first: number;
  /** Number of ids. */
  readonly count: number;
  /** The value of the first id; values increase by one. Values are pitches, steps of 10 ms, or velocity bins. */
  readonly minimum: number;
}

/** The bin of a velocity, 1 to 127: `bin = floor((velocity - offset) / width) + firstBin`. */
export interface VelocityBins {
  readonly offset: number;
  readonly width: number;
  readonly firstBin: number;
}

/** The definition of a `Vocabulary`. */
export interface VocabularyDeclaration {
  readonly name: string;
  readonly ranges: readonly IdRange[];
  readonly velocityBins: VelocityBins;
}

/** One event: the decoded form of an id. */
export interface VocabularyEvent {
  readonly kind: EventKind;
  readonly value: number;
}

/** Thrown for an id or event that a vocabulary does not have, and for a declaration whose ranges leave gaps. */
export class VocabularyError extends HintedError<"bad-range" | "unknown-event" | "unknown-id"> {
  override readonly name = "VocabularyError";
}

const PERFORMANCE_RANGES: readonly IdRange[] = [
  { kind: "NOTE_ON", first: 0, count: 128, minimum: 0 },
  { kind: "NOTE_OFF", first: 128, count: 128, minimum: 0 },
  { kind: "TIME_SHIFT", first: 256, count: 100, minimum: 1 },
  { kind: "VELOCITY", first: 356, count: 32, minimum: 1 },
];

const NOTE_SEQ_VELOCITY: VelocityBins = { offset: 1, width: 4, firstBin: 1 };

/** A vocabulary of events. */
export class Vocabulary {
  readonly name: string;
  readonly ranges: readonly IdRange[];
  readonly velocityBins: VelocityBins;
  /** Number of ids; ids are 0 to `size - 1`. */
  readonly size: number;
  readonly #events: readonly VocabularyEvent[];

  constructor(declaration: VocabularyDeclaration) {
    this.name = declaration.name;
    this.ranges = declaration.ranges;
    this.velocityBins = declaration.velocityBins;
    const events: VocabularyEvent[] = [];
    for (const range of declaration.ranges) {
      if (range.first !== events.length) {
        throw new VocabularyError(
          `range ${range.kind} begins at id ${range.first}, expected ${events.length}`,
          {
            code: "bad-range",
            hint: "declare the ranges in order, each beginning at the end of the previous one",
          },
        );
      }
      for (let i = 0; i < range.count; i += 1) events.push({ kind: range.kind, value: range.minimum + i });
    }
    this.#events = events;
    this.size = events.length;
  }

  /** The range of a kind; undefined if the vocabulary has none. */
  range(kind: EventKind): IdRange | undefined {
    return this.ranges.find((range) => range.kind === kind);
  }

  /**
   * The id of an event.
   *
   * @param value default: the first value of the kind.
   * @throws VocabularyError when the vocabulary has no such event.
   */
  id(kind: EventKind, value?: number): number {
    const range = this.range(kind);
    const offset = range === undefined ? -1 : (value ?? range.minimum) - range.minimum;
    if (range === undefined || !Number.isInteger(offset) || offset < 0 || offset >= range.count) {
      throw new VocabularyError(`vocabulary "${this.name}" has no event ${kind} ${value ?? ""}`.trimEnd(), {
        code: "unknown-event",
        hint: `use an event of ${this.ranges.map((each) => each.kind).join(", ")}, or another vocabulary`,
      });
    }
    return range.first + offset;
  }

  /** The event of an id. @throws VocabularyError for an id outside the vocabulary. */
  event(id: number): VocabularyEvent {
    const event = this.#events[id];
    if (event) return event;
    throw new VocabularyError(`id ${id} is outside vocabulary "${this.name}" (0 to ${this.size - 1})`, {
      code: "unknown-id",
      hint: "decode with the vocabulary that the ids were encoded with",
    });
  }

  /** The length of a time shift, in steps of 10 ms; 0 for other ids. @throws VocabularyError for an id outside the vocabulary. */
  steps(id: number): number {
    const { kind, value } = this.event(id);
    return kind === "TIME_SHIFT" ? value : 0;
  }

  /** Whether an id is a note-on or note-off. @throws VocabularyError for an id outside the vocabulary. */
  isNote(id: number): boolean {
    const { kind } = this.event(id);
    return kind === "NOTE_ON" || kind === "NOTE_OFF";
  }

  /** The bin of a velocity, 1 to 127. */
  velocityBin(velocity: number): number {
    const { offset, width, firstBin } = this.velocityBins;
    return Math.floor((velocity - offset) / width) + firstBin;
  }

  /** The lowest velocity of a bin, at least 1: notes of the bin are decoded with it. */
  velocityOfBin(bin: number): number {
    const { offset, width, firstBin } = this.velocityBins;
    return Math.max(1, offset + (bin - firstBin) * width);
  }
}

/** note-seq's performance vocabulary: 32 velocity bins, shifts of 10 ms to 1 s. */
export const PERFORMANCE_388 = new Vocabulary({
  name: "performance-388",
  ranges: PERFORMANCE_RANGES,
  velocityBins: NOTE_SEQ_VELOCITY,
});

/**
 * `performance-388` with the ids that the shipped models are trained with: padding, start and end of a piece, and ids
 * reserved for tasks (melody, infill …) and styles.
 */
export const PERFORMANCE_416 = new Vocabulary({
  name: "performance-416",
  ranges: [
    ...PERFORMANCE_RANGES,
    { kind: "PAD", first: 388, count: 1, minimum: 0 },
    { kind: "START", first: 389, count: 1, minimum: 0 },
    { kind: "END", first: 390, count: 1, minimum: 0 },
    { kind: "TASK", first: 391, count: 9, minimum: 0 },
    { kind: "STYLE", first: 400, count: 16, minimum: 0 },
  ],
  velocityBins: NOTE_SEQ_VELOCITY,
});

/**
 * The vocabulary of magenta's Music Transformer (`score2perf.py`): padding and end of sequence first, then the 88 keys
 * of a piano. `encodeScore` with `dropOutOfRange` drops other notes.
 */
export const SCORE_2_PERF = new Vocabulary({
  name: "score2perf",
  ranges: [
    { kind: "PAD", first: 0, count: 1, minimum: 0 },
    { kind: "END", first: 1, count: 1, minimum: 0 },
    { kind: "NOTE_ON", first: 2, count: 88, minimum: 21 },
    { kind: "NOTE_OFF", first: 90, count: 88, minimum: 21 },
    { kind: "TIME_SHIFT", first: 178, count: 100, minimum: 1 },
    { kind: "VELOCITY", first: 278, count: 32, minimum: 1 },
  ],
  velocityBins: NOTE_SEQ_VELOCITY,
});

/**
 * The ids of midi-neural-processor (jason9693), used by PyTorch ports of the Music Transformer (gwinndr): 388 ids, then
 * end and padding; velocity bins begin at velocity 0 instead of 1.
 */
export const MIDI_NEURAL_PROCESSOR = new Vocabulary({
  name: "midi-neural-processor",
  ranges: [
    { kind: "NOTE_ON", first: 0, count: 128, minimum: 0 },
    { kind: "NOTE_OFF", first: 128, count: 128, minimum: 0 },
    { kind: "TIME_SHIFT", first: 256, count: 100, minimum: 1 },
    { kind: "VELOCITY", first: 356, count: 32, minimum: 0 },
    { kind: "END", first: 388, count: 1, minimum: 0 },
    { kind: "PAD", first: 389, count: 1, minimum: 0 },
  ],
  velocityBins: { offset: 0, width: 4, firstBin: 0 },
});

/** All vocabularies, by name. */
export const VOCABULARIES: ReadonlyMap<string, Vocabulary> = new Map(
  [PERFORMANCE_388, PERFORMANCE_416, SCORE_2_PERF, MIDI_NEURAL_PROCESSOR].map((vocabulary) => [
    vocabulary.name,
    vocabulary,
  ]),
);

/**
 * One-hot rows of ids.
 *
 * @returns row-major `[ids.length, size]`.
 * @throws VocabularyError when an id is not below `size`.
 */
export function oneHot(ids: ArrayLike<number>, size: number): Uint8Array {
  const matrix = new Uint8Array(ids.length * size);
  for (let row = 0; row < ids.length; row += 1) {
    const id = ids[row] ?? -1;
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new VocabularyError(`id ${id} at position ${row} is outside 0 to ${size - 1}`, {
        code: "unknown-id",
        hint: "give the size of the vocabulary that the ids were encoded with",
      });
    }
    matrix[row * size + id] = 1;
  }
  return matrix;
}
