/**
 * Copies of a piece with controls, for models of several instruments: the mix with which the Anticipatory Music Transformer was trained
 * (Thickstun et al. 2023, `anticipation/tokenize.py`).
 */
import type { ArrivalNote } from "../../../encoding/index.ts";
import type { ExampleRandom } from "../example-random.ts";
import type { ExampleRequest } from "./encode-piece.ts";

/** The controls of a copy: none, the notes of time spans, random notes, or the notes of a random subset of the instruments. */
export const COPY_KINDS = ["plain", "span-controls", "note-controls", "instrument-controls"] as const;
export type CopyKind = (typeof COPY_KINDS)[number];

/** The kinds of ten copies, in order. */
const TEN_COPIES: readonly CopyKind[] = [
  "plain",
  "span-controls",
  ...Array.from({ length: 4 }, () => "note-controls" as const),
  ...Array.from({ length: 4 }, () => "instrument-controls" as const),
];
/** Default number of copies of a piece. */
export const DEFAULT_COPIES = TEN_COPIES.length;

/** First word of the random key of the first copy; different from those of tasks. */
const COPY_KEY = 1000;
const STEPS_PER_SECOND = 100;
const SPAN_STEPS = 5 * STEPS_PER_SECOND;
/** Mean of the random time between two spans. */
const MEAN_WAIT_SECONDS = 20;
/** Number of shares of notes as controls: 10 % to 90 %, in steps of 10 %. */
const NOTE_SHARES = 9;

/** The requests for the copies of a piece. @param serial number of the piece. */
export function copyRequests(copies: number, seed: number, serial: number): ExampleRequest[] {
  return Array.from({ length: copies }, (_, copy) => ({
    kind: TEN_COPIES[copy % TEN_COPIES.length]!,
    randomKey: [seed, COPY_KEY + copy, serial] as const,
  }));
}

/**
 * Marks the controls of a copy. A piece of one instrument has none as `instrument-controls`.
 *
 * @param notes in order of onset.
 */
export function withControls(
  notes: readonly ArrivalNote[],
  kind: CopyKind,
  random: ExampleRandom,
): ArrivalNote[] {
  const isControl = controlRule(notes, kind, random);
  return notes.map((note) => ({ ...note, isControl: isControl(note) }));
}

function controlRule(
  notes: readonly ArrivalNote[],
  kind: CopyKind,
  random: ExampleRandom,
): (note: ArrivalNote) => boolean {
  switch (kind) {
    case "plain":
      return () => false;
    case "span-controls":
      return spanRule(random);
    case "note-controls": {
      const share = (1 + Math.floor(random.next() * NOTE_SHARES)) / 10;
      return () => random.next() < share;
    }
    case "instrument-controls": {
      const subset = properSubset([...new Set(notes.map(({ instrument }) => instrument))], random);
      return ({ instrument }) => subset.has(instrument);
    }
  }
}

/** Spans of 5 s, each at a random time after the previous one; for notes in order of onset. */
function spanRule(random: ExampleRandom): (note: ArrivalNote) => boolean {
  let isInSpan = true;
  let [nextSpan, spanEnd] = [0, 0];
  return ({ onsetStep }) => {
    if (isInSpan && onsetStep >= spanEnd) {
      isInSpan = false;
      const wait = -Math.log(1 - random.next()) * MEAN_WAIT_SECONDS;
      nextSpan = onsetStep + Math.floor(wait * STEPS_PER_SECOND);
    }
    if (!isInSpan && onsetStep >= nextSpan) {
      isInSpan = true;
      spanEnd = onsetStep + SPAN_STEPS;
    }
    return isInSpan;
  };
}

/** A random subset that is neither empty nor the whole; empty for one instrument. */
function properSubset(instruments: readonly number[], random: ExampleRandom): ReadonlySet<number> {
  const rest = [...instruments];
  const subset = new Set<number>();
  if (rest.length < 2) return subset;
  const count = 1 + Math.floor(random.next() * (rest.length - 1));
  while (subset.size < count) {
    const [chosen] = rest.splice(Math.floor(random.next() * rest.length), 1);
    if (chosen !== undefined) subset.add(chosen);
  }
  return subset;
}
