/** The notes before the next id of an arrival-time sequence, as contexts of that id. */
import type { ArrivalVocabulary } from "../../../encoding/index.ts";
import type { SymbolContext } from "./context-mixer.ts";

/** The slots of a triple, by their position in the sequence modulo 3: position 0 of a sequence has a code for whether it has controls. */
export const SLOTS = { note: 0, onset: 1, duration: 2 } as const;
/** The number of slots. */
export const SLOT_COUNT = 3;

/** The last notes of an instrument. */
interface Part {
  /** Step at which its last note ends. */
  readonly end: number;
  readonly duration: number;
  readonly durationBefore: number;
  /** The id of its last note. */
  readonly note: number;
  /** Difference from the id of its note before. */
  readonly interval: number;
}

/** Values that contexts consist of, by name. */
interface Features {
  /** The instrument that is expected to play next: its last note ends at this onset, or as the next of all. */
  readonly due: number;
  readonly note: number;
  readonly interval: number;
  readonly duration: number;
  readonly durationBefore: number;
  /** Steps from the last onset to the end of the last note of `due`. */
  readonly untilDue: number;
  /** Steps from the last onset to the next end of any note. */
  readonly untilEnd: number;
  /** The number of notes at the last onset so far, and the instrument and interval of the newest of them. */
  readonly simultaneous: number;
  readonly instrument: number;
  readonly newestInterval: number;
  /** The last two inter-onset intervals above 0, in steps. */
  readonly ioi: number;
  readonly ioiBefore: number;
}

type Name = keyof Features;
/** A feature by its name, or the symbol with this distance from the next one. */
type Term = Name | number;

/** A kind of context. */
interface Kind {
  readonly terms: readonly Term[];
  /** The feature that is subtracted from the symbols: see `SymbolContext`. */
  readonly base?: Name;
}

/** The context of the last symbols. */
const last = (count: number): Kind => ({ terms: Array.from({ length: count }, (_, i) => i + 1) });
const of = (...terms: Term[]): Kind => ({ terms });

/** The kinds of contexts of each slot. */
const KINDS: readonly (readonly Kind[])[] = [
  // Notes, which follow their onset and duration.
  [
    of(3),
    last(3),
    of(3, 6),
    last(6),
    last(12),
    of("due", "note"),
    of("due", "note", 1),
    of("due", "note", "interval"),
    of("due", "simultaneous", 3),
    { terms: ["due", "interval"], base: "note" },
    { terms: ["due", 1, "duration"], base: "note" },
    { terms: ["due", "newestInterval"], base: "note" },
  ],
  // Onsets, in steps after the previous onset.
  [
    of(),
    of(3),
    of("simultaneous", "ioi"),
    of("simultaneous", "instrument"),
    of(3, 6, 9, 12),
    of(1, 2),
    last(6),
    last(12),
    of("untilDue"),
    of("untilDue", 3),
    of("simultaneous", "ioi", "ioiBefore"),
    of("untilDue", "ioi", "ioiBefore"),
    of("instrument", "simultaneous", 2, "ioi"),
    { terms: ["due", "instrument"], base: "untilDue" },
  ],
  // Durations, in steps.
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
    of("due", "duration", "ioi"),
  ],
];
const FIRST_KINDS = KINDS.map((_, slot) => KINDS.slice(0, slot).flat().length);
/** The number of kinds of contexts. */
export const KIND_COUNT = KINDS.flat().length;
/** The number of previous symbols that contexts use. */
const SYMBOLS = 12;
/** The tolerance, in steps, between an end and an onset, which may be rounded differently. */
const ROUNDING = 1;
/** The most steps after the end of its last note in which an instrument is expected to play. */
const MAX_SILENCE = 2;
const NONE = -1;

/**
 * The notes so far, by instrument. Symbols are ids, except those of onsets, which are steps after the previous onset, and those of durations,
 * which are steps. So a rhythm has the same symbols when it recurs.
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
  #simultaneous = 0;
  #iois: readonly [last: number, before: number] = [0, 0];
  /** Whether the current triple is a note or rest, not a control or separator. */
  #isEvent = true;

  constructor(vocabulary: ArrivalVocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The slot of the next id: see `SLOTS`. */
  get slot(): number {
    return this.#slot;
  }

  /** The symbol of an id in the slot of the next id. */
  symbolOf(id: number): number {
    const { durationFirst, noteFirst, onsets } = this.#vocabulary;
    if (this.#slot === SLOTS.onset && id < onsets) return id - this.#onset;
    return this.#slot === SLOTS.duration && id < noteFirst ? id - durationFirst : id;
  }

  /** The id of a symbol in the slot of the next id; undefined if no event has such an id. */
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

  /** An independent copy. */
  fork(): PartHistory {
    const copy = new PartHistory(this.#vocabulary);
    copy.#slot = this.#slot;
    copy.#symbols = this.#symbols.slice(-SYMBOLS);
    copy.#parts = new Map(this.#parts);
    copy.#sounded = new Set(this.#sounded);
    copy.#onset = this.#onset;
    copy.#duration = this.#duration;
    copy.#instrument = this.#instrument;
    copy.#simultaneous = this.#simultaneous;
    copy.#iois = this.#iois;
    copy.#isEvent = this.#isEvent;
    return copy;
  }

  /** The contexts of the next symbol. */
  contexts(): readonly SymbolContext[] {
    const features = this.#features();
    const first = FIRST_KINDS[this.#slot]!;
    return KINDS[this.#slot]!.map(({ terms, base }, index) => {
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

  #pushOnset(id: number, ioi: number): void {
    this.#isEvent = id < this.#vocabulary.onsets;
    if (!this.#isEvent || ioi === 0) return;
    this.#iois = [ioi, this.#iois[0]];
    this.#simultaneous = 0;
    this.#instrument = NONE;
    this.#sounded.clear();
    this.#onset = id;
  }

  #pushNote(id: number): void {
    const { noteFirst, rest } = this.#vocabulary;
    if (!this.#isEvent || id < noteFirst || id >= rest) return;
    const { instrument } = this.#vocabulary.note(id - noteFirst);
    const before = this.#parts.get(instrument);
    // Deleted first, so that the map is in the order of the last notes.
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
    this.#simultaneous += 1;
  }

  #features(): Features {
    const [due, part] = this.#duePart() ?? [NONE, undefined];
    const [ioi, ioiBefore] = this.#iois;
    return {
      due,
      note: part?.note ?? NONE,
      interval: part?.interval ?? 0,
      duration: part?.duration ?? NONE,
      durationBefore: part?.durationBefore ?? NONE,
      untilDue: part ? (part.end > this.#onset + ROUNDING ? part.end - this.#onset : 0) : NONE,
      untilEnd: this.#slot === SLOTS.duration ? this.#untilEnd() : 0,
      simultaneous: this.#simultaneous,
      instrument: this.#instrument,
      newestInterval: this.#parts.get(this.#instrument)?.interval ?? 0,
      ioi,
      ioiBefore,
    };
  }

  /**
   * The part that is expected to play next. Of those whose note ends at this onset, the first with an instrument above that of the newest
   * note, or else the first; without any, the part whose note ends next.
   */
  #duePart(): readonly [instrument: number, part: Part] | undefined {
    let ending: readonly [number, Part] | undefined;
    let next: readonly [number, Part] | undefined;
    for (const [instrument, part] of this.#parts) {
      const late = this.#onset - part.end;
      const isEnding = late >= -ROUNDING && late <= MAX_SILENCE && !this.#sounded.has(instrument);
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
