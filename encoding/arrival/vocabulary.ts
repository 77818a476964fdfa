/**
 * The arrival-time vocabulary of the Anticipatory Music Transformer (Thickstun, Hall, Donahue, Liang 2023). A note is a triple of ids:
 * onset, duration, note. Controls have three more ranges of the same sizes.
 */
import { elementAt } from "../element-at.ts";
import { ArrivalError } from "./arrival-error.ts";
import { instrumentName } from "./instrument-names.ts";

/** The positions in a triple, in order. */
export type ArrivalSlot = "onset" | "duration" | "note";

/** The kinds of ids. */
export type ArrivalIdKind =
  | "ONSET"
  | "DURATION"
  | "NOTE"
  | "REST"
  | "CONTROL_ONSET"
  | "CONTROL_DURATION"
  | "CONTROL_NOTE"
  | "SEPARATOR"
  | "AUTOREGRESS"
  | "ANTICIPATE";

/** Consecutive ids, with values from 0. */
export interface ArrivalRange {
  readonly kind: ArrivalIdKind;
  readonly first: number;
  readonly count: number;
}

/** Ids from `first` up to, but not including, `end`. */
export interface IdSpan {
  readonly first: number;
  readonly end: number;
}

/** Declaration of a vocabulary for `new ArrivalVocabulary(declaration)`. Times are in steps of 10 ms. */
export interface ArrivalVocabularyDeclaration {
  readonly name: string;
  /** Onsets are 0 to `onsets - 1` steps after the start of a window. */
  readonly onsets: number;
  /** Durations are 0 to `durations - 1` steps. */
  readonly durations: number;
  /** General MIDI programs (0–127) and 128 for drums, in order of their ids. */
  readonly instruments: readonly number[];
  /** The longest time between onsets; rests divide longer ones. */
  readonly restSteps: number;
  /** Time by which controls come before their onset (δ). */
  readonly anticipationSteps: number;
  /** Maximum number of triples in a window. */
  readonly windowTriples: number;
}

/** The meaning of an id. The value of a note is 128 × (index of the instrument in the declaration) + pitch. */
export interface ArrivalIdMeaning {
  readonly kind: ArrivalIdKind;
  readonly value: number;
}

/** The instrument number of drums, which come after the 128 programs. */
export const DRUMS = 128;
const PITCHES = 128;
/** Ids are stored in 16 bits. */
const MAX_SIZE = 0x10000;

/** A declared vocabulary. */
export class ArrivalVocabulary implements ArrivalVocabularyDeclaration {
  readonly name: string;
  readonly onsets: number;
  readonly durations: number;
  readonly instruments: readonly number[];
  readonly restSteps: number;
  readonly anticipationSteps: number;
  readonly windowTriples: number;
  /** All ranges, in order of their ids. */
  readonly ranges: readonly ArrivalRange[];
  /** Number of ids; ids are 0 to `size - 1`. */
  readonly size: number;
  readonly durationFirst: number;
  readonly noteFirst: number;
  readonly rest: number;
  /** Offset from each id of a note to that of the same note as a control. */
  readonly controlOffset: number;
  /** A triple of these separates two pieces. */
  readonly separator: number;
  /** The first id of a window without controls. */
  readonly autoregress: number;
  /** The first id of a window with controls. */
  readonly anticipate: number;
  readonly #indexOf: ReadonlyMap<number, number>;

  /** @throws ArrivalError (`bad-declaration`) for an invalid declaration. */
  constructor(declaration: ArrivalVocabularyDeclaration) {
    check(declaration);
    const { name, onsets, durations, instruments, restSteps, anticipationSteps, windowTriples } = declaration;
    this.name = name;
    this.onsets = onsets;
    this.durations = durations;
    this.instruments = instruments;
    this.restSteps = restSteps;
    this.anticipationSteps = anticipationSteps;
    this.windowTriples = windowTriples;
    const notes = instruments.length * PITCHES;
    const counts: readonly (readonly [ArrivalIdKind, number])[] = [
      ["ONSET", onsets],
      ["DURATION", durations],
      ["NOTE", notes],
      ["REST", 1],
      ["CONTROL_ONSET", onsets],
      ["CONTROL_DURATION", durations],
      ["CONTROL_NOTE", notes],
      ["SEPARATOR", 1],
      ["AUTOREGRESS", 1],
      ["ANTICIPATE", 1],
    ];
    let first = 0;
    this.ranges = counts.map(([kind, count]) => {
      first += count;
      return { kind, first: first - count, count };
    });
    this.size = first;
    this.durationFirst = onsets;
    this.noteFirst = onsets + durations;
    this.rest = this.noteFirst + notes;
    this.controlOffset = this.rest + 1;
    this.separator = this.size - 3;
    this.autoregress = this.size - 2;
    this.anticipate = this.size - 1;
    this.#indexOf = new Map(instruments.map((instrument, index) => [instrument, index]));
  }

  /** Whether the vocabulary has ids for an instrument. @param instrument a General MIDI program, 0 to 127, or 128 for drums. */
  hasInstrument(instrument: number): boolean {
    return this.#indexOf.has(instrument);
  }

  /** @throws ArrivalError (`unknown-event`) for an instrument or pitch that is not in the vocabulary. */
  noteId(instrument: number, pitch: number): number {
    const index = this.#indexOf.get(instrument);
    if (index !== undefined && Number.isInteger(pitch) && pitch >= 0 && pitch < PITCHES)
      return this.noteFirst + index * PITCHES + pitch;
    const found =
      index === undefined
        ? `vocabulary "${this.name}" has no instrument ${instrument} (${instrumentName(instrument)})`
        : `pitch ${pitch} is not a MIDI pitch`;
    throw new ArrivalError(found, {
      code: "unknown-event",
      hint:
        index === undefined
          ? `omit such notes, or use a vocabulary that has them; this one has ${namesOf(this.instruments)}`
          : "give a pitch from 0 to 127",
    });
  }

  /** The instrument and pitch of the value of a note. */
  note(value: number): { readonly instrument: number; readonly pitch: number } {
    return {
      instrument: elementAt(this.instruments, Math.floor(value / PITCHES)),
      pitch: value % PITCHES,
    };
  }

  /** @throws ArrivalError (`unknown-id`) for an id outside the vocabulary. */
  meaning(id: number): ArrivalIdMeaning {
    const range = this.ranges.find(({ first, count }) => id >= first && id < first + count);
    if (range && Number.isInteger(id)) return { kind: range.kind, value: id - range.first };
    throw new ArrivalError(`id ${id} is outside vocabulary "${this.name}" (0 to ${this.size - 1})`, {
      code: "unknown-id",
      hint: "decode with the vocabulary that the ids were encoded with",
    });
  }

  /** The ids of a position in a triple, controls excluded: all times or instruments; those of "note" include the rest. */
  slot(slot: ArrivalSlot): IdSpan {
    switch (slot) {
      case "onset":
        return { first: 0, end: this.durationFirst };
      case "duration":
        return { first: this.durationFirst, end: this.noteFirst };
      case "note":
        return { first: this.noteFirst, end: this.rest + 1 };
    }
  }
}

function check(declaration: ArrivalVocabularyDeclaration): void {
  const { onsets, durations, instruments, restSteps, anticipationSteps, windowTriples } = declaration;
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  const isInstrument = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= DRUMS;
  const size = 2 * (onsets + durations + instruments.length * PITCHES) + 4;
  const problem = ![onsets, durations, restSteps, anticipationSteps, windowTriples].every(isCount)
    ? "all its counts must be whole numbers of at least 1"
    : instruments.length === 0 || !instruments.every(isInstrument)
      ? "it must have instruments, which are whole numbers from 0 to 128"
      : new Set(instruments).size < instruments.length
        ? "it names an instrument twice"
        : restSteps + anticipationSteps >= onsets
          ? `its ${onsets} onsets must be more than a rest and the anticipation together`
          : size > MAX_SIZE
            ? `it has ${size} ids, more than ${MAX_SIZE}`
            : undefined;
  if (problem === undefined) return;
  throw new ArrivalError(`"${declaration.name}" is not a valid arrival-time vocabulary: ${problem}`, {
    code: "bad-declaration",
    hint: "correct the declaration; ARRIVAL_55028 is an example",
  });
}

/** The vocabulary of the published models (music-small-800k, -medium-800k, -large-800k). */
export const ARRIVAL_55028 = new ArrivalVocabulary({
  name: "arrival-55028",
  onsets: 10_000,
  durations: 1_000,
  instruments: Array.from({ length: DRUMS + 1 }, (_, instrument) => instrument),
  restSteps: 100,
  anticipationSteps: 500,
  windowTriples: 341,
});

/**
 * A small vocabulary for songs of three parts, as in POP909 (Wang et al. 2020): a piano (0), strings (48) for a second melody, a flute (73)
 * for the melody. Windows last up to 40 s, notes up to 4.99 s. The embedding of a network of width 128 has 1.3 million parameters.
 */
export const ARRIVAL_9772 = new ArrivalVocabulary({
  name: "arrival-9772",
  onsets: 4000,
  durations: 500,
  instruments: [0, 48, 73],
  restSteps: 100,
  anticipationSteps: 500,
  windowTriples: 341,
});

/** The vocabularies by their names. */
export const ARRIVAL_VOCABULARIES: ReadonlyMap<string, ArrivalVocabulary> = new Map(
  [ARRIVAL_55028, ARRIVAL_9772].map((vocabulary) => [vocabulary.name, vocabulary]),
);

/** The names of instruments, at most eight. */
function namesOf(instruments: readonly number[]): string {
  const names = instruments.slice(0, 8).map(instrumentName);
  return `${names.join(", ")}${instruments.length > names.length ? " …" : ""}`;
}
