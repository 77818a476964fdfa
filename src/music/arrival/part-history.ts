/** What is known of the notes before the next id of an arrival-time sequence, as contexts of that id. */
import type { ArrivalVocabulary } from "../../../encoding/index.ts";
import type { SymbolContext } from "./context-mixer.ts";

/** The ids of a triple, by their place in the sequence modulo 3: the first id of a sequence is a control code. */
export const SLOTS = { note: 0, onset: 1, duration: 2 } as const;
/** The number of slots. */
export const SLOT_COUNT = 3;

/** The last notes of an instrument. */
interface Part {
  /** Step at which its last note ends. */
  readonly end: number;
  readonly duration: number;
  readonly durationBefore: number;
  /** As the id of the sequence. */
  readonly note: number;
  /** From the note before. */
  readonly interval: number;
}

/** Numbers that contexts are made of, by name. */
interface Features {
  /** The instrument whose next note is due: its last note ends here, or before those of the others. */
  readonly due: number;
  readonly note: number;
  readonly interval: number;
  readonly duration: number;
  readonly durationBefore: number;
  /** Steps from the last onset to the end of the last note of `due`. */
  readonly untilDue: number;
  /** Steps from the last onset to the next end of any note. */
  readonly untilEnd: number;
  /** Notes at the last onset so far, and the instrument and interval of the newest. */
  readonly together: number;
  readonly instrument: number;
  readonly newestInterval: number;
  /** The last two waits that are not 0. */
  readonly wait: number;
  readonly waitBefore: number;
}

type Name = keyof Features;
/** A feature by its name, or the symbol so many places back. */
type Term = Name | number;

interface Kind {
  readonly of: readonly Term[];
  readonly base?: Name;
}

const last = (count: number): Kind => ({ of: Array.from({ length: count }, (_, i) => i + 1) });
const of = (...terms: Term[]): Kind => ({ of: terms });

/** The contexts of each slot. Those with a base predict distances from it. */
const KINDS: readonly (readonly Kind[])[] = [
  // Notes, behind their onset and duration.
  [
    of(3),
    last(3),
    of(3, 6),
    last(6),
    last(12),
    of("due", "note"),
    of("due", "note", 1),
    of("due", "note", "interval"),
    of("due", "together", 3),
    { of: ["due", "interval"], base: "note" },
    { of: ["due", 1, "duration"], base: "note" },
    { of: ["due", "newestInterval"], base: "note" },
  ],
  // Onsets, as steps after the onset before.
  [
    of(),
    of(3),
    of("together", "wait"),
    of("together", "instrument"),
    of(3, 6, 9, 12),
    of(1, 2),
    last(6),
    last(12),
    of("untilDue"),
    of("untilDue", 3),
    of("together", "wait", "waitBefore"),
    of("untilDue", "wait", "waitBefore"),
    of("instrument", "together", 2, "wait"),
    { of: ["due", "instrument"], base: "untilDue" },
  ],
  // Durations, as steps.
  [
    of(3),
    of(1, 3),
    of(1, 3, 4, 6),
    last(6),
    last(12),
    of("due", "duration"),
    of("due", "duration", "durationBefore"),
    of("due", "untilEnd"),
    of("due", "duration", 3),
    of("due", "duration", "wait"),
  ],
];
const FIRST_KINDS = KINDS.map((_, slot) => KINDS.slice(0, slot).flat().length);
/** The number of kinds of contexts. */
export const KIND_COUNT = KINDS.flat().length;
/** Symbols that contexts look back on. */
const SYMBOLS = 12;
/** Ends and onsets that are rounded differently may be a step apart. */
const ROUNDING = 1;
/** An instrument that has been silent for longer is not due. */
const SILENCE = 2;
const NONE = -1;

/**
 * The notes so far, by instrument. Symbols are ids, except those of onsets, which are steps after the onset before, and those of
 * durations, which are steps: a rhythm comes back at other times.
 */
export class PartHistory {
  readonly #vocabulary: ArrivalVocabulary;
  #slot: number = SLOTS.onset;
  #symbols: number[] = [];
  #parts = new Map<number, Part>();
  /** Instruments with a note at the last onset. */
  #sounded = new Set<number>();
  #onset = 0;
  #duration = 0;
  #instrument = NONE;
  #together = 0;
  #waits: readonly [last: number, before: number] = [0, 0];
  /** Whether the current triple is a note or rest, not a control or separator. */
  #isEvent = true;

  constructor(vocabulary: ArrivalVocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The place of the next id in its triple: see `SLOTS`. */
  get slot(): number {
    return this.#slot;
  }

  /** The symbol of an id that comes next. */
  symbolOf(id: number): number {
    const { durationFirst, noteFirst, onsets } = this.#vocabulary;
    if (this.#slot === SLOTS.onset && id < onsets) return id - this.#onset;
    return this.#slot === SLOTS.duration && id < noteFirst ? id - durationFirst : id;
  }

  /** The id of a symbol that comes next; undefined if no event has such an id. */
  idOf(symbol: number): number | undefined {
    const { durationFirst, durations, noteFirst, onsets, rest } = this.#vocabulary;
    if (this.#slot === SLOTS.onset) return within(symbol < 0 ? NONE : this.#onset + symbol, 0, onsets);
    if (this.#slot === SLOTS.duration)
      return within(symbol + durationFirst, durationFirst, durationFirst + durations);
    return within(symbol, noteFirst, rest + 1);
  }

  /** Appends an id. */
  push(id: number): void {
    const symbol = this.symbolOf(id);
    if (this.#slot === SLOTS.onset) this.#pushOnset(id, symbol);
    else if (this.#slot === SLOTS.duration) this.#duration = symbol;
    else this.#pushNote(id);
    this.#symbols.push(symbol);
    if (this.#symbols.length > 2 * SYMBOLS) this.#symbols = this.#symbols.slice(-SYMBOLS);
    this.#slot = (this.#slot + 1) % SLOT_COUNT;
  }

  /** A copy that goes on by itself. */
  fork(): PartHistory {
    const copy = new PartHistory(this.#vocabulary);
    copy.#slot = this.#slot;
    copy.#symbols = this.#symbols.slice(-SYMBOLS);
    copy.#parts = new Map(this.#parts);
    copy.#sounded = new Set(this.#sounded);
    copy.#onset = this.#onset;
    copy.#duration = this.#duration;
    copy.#instrument = this.#instrument;
    copy.#together = this.#together;
    copy.#waits = this.#waits;
    copy.#isEvent = this.#isEvent;
    return copy;
  }

  /** The contexts of the next symbol. */
  contexts(): readonly SymbolContext[] {
    const features = this.#features();
    const first = FIRST_KINDS[this.#slot]!;
    return KINDS[this.#slot]!.map(({ of: terms, base }, index) => {
      let hash = first + index + 1;
      for (const term of terms) {
        const number =
          typeof term === "number" ? (this.#symbols[this.#symbols.length - term] ?? NONE) : features[term];
        hash = Math.imul(hash ^ number, 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      return { kind: first + index, hash, base: base ? features[base] : 0 };
    });
  }

  #pushOnset(id: number, wait: number): void {
    this.#isEvent = id < this.#vocabulary.onsets;
    if (!this.#isEvent || wait === 0) return;
    this.#waits = [wait, this.#waits[0]];
    this.#together = 0;
    this.#instrument = NONE;
    this.#sounded.clear();
    this.#onset = id;
  }

  #pushNote(id: number): void {
    const { noteFirst, rest } = this.#vocabulary;
    if (!this.#isEvent || id < noteFirst || id >= rest) return;
    const { instrument } = this.#vocabulary.note(id - noteFirst);
    const before = this.#parts.get(instrument);
    // The instrument that sounded last is the last of the map.
    this.#parts.delete(instrument);
    this.#parts.set(instrument, {
      end: this.#onset + this.#duration,
      duration: this.#duration,
      durationBefore: before?.duration ?? NONE,
      note: id,
      interval: before ? id - before.note : 0,
    });
    this.#sounded.add(instrument);
    this.#instrument = instrument;
    this.#together += 1;
  }

  #features(): Features {
    const [due, part] = this.#partDue() ?? [NONE, undefined];
    const [wait, waitBefore] = this.#waits;
    return {
      due,
      note: part?.note ?? NONE,
      interval: part?.interval ?? 0,
      duration: part?.duration ?? NONE,
      durationBefore: part?.durationBefore ?? NONE,
      untilDue: part ? (part.end > this.#onset + ROUNDING ? part.end - this.#onset : 0) : NONE,
      untilEnd: this.#slot === SLOTS.duration ? this.#untilEnd() : 0,
      together: this.#together,
      instrument: this.#instrument,
      newestInterval: this.#parts.get(this.#instrument)?.interval ?? 0,
      wait,
      waitBefore,
    };
  }

  /** Of the instruments whose note ends here, the one behind the newest; without any, the one whose note ends next. */
  #partDue(): readonly [instrument: number, part: Part] | undefined {
    let ending: readonly [number, Part] | undefined;
    let next: readonly [number, Part] | undefined;
    for (const [instrument, part] of this.#parts) {
      const late = this.#onset - part.end;
      const isEnding = late >= -ROUNDING && late <= SILENCE && !this.#sounded.has(instrument);
      if (isEnding && (!ending || (instrument > this.#instrument && !(ending[0] > this.#instrument))))
        ending = [instrument, part];
      if (late < 0 && (!next || part.end < next[1].end)) next = [instrument, part];
    }
    return ending ?? next;
  }

  #untilEnd(): number {
    let least = Infinity;
    for (const { end } of this.#parts.values())
      if (end > this.#onset + ROUNDING) least = Math.min(least, end - this.#onset);
    return least === Infinity ? 0 : least;
  }
}

function within(id: number, first: number, end: number): number | undefined {
  return id >= first && id < end ? id : undefined;
}
