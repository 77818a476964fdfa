/**
 * The distributions of a comparison, as a table of bins and functions that make the histogram of a window. Times are in steps of 10 ms, the
 * resolution of the encoding.
 */
import { INSTRUMENT_FAMILIES, STEPS_PER_SECOND } from "../../../encoding/index.ts";
import { binOf, type Counts } from "./histogram.ts";
import type { Window } from "./windows.ts";

export interface Distribution {
  readonly name: string;
  /** What is counted, for readers of the report. */
  readonly counts: string;
  /** One label per bin. */
  readonly bins: readonly string[];
  readonly count: (window: Window) => Counts;
}

const PITCH_CLASSES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
/** Two octaves; the end bins include larger intervals. */
const MAX_INTERVAL = 24;
const VELOCITY_BIN = 4;
/** Lower edges in steps; each is about 1.5 times the one before. */
const DURATION_EDGES = [1, 3, 5, 8, 12, 18, 27, 40, 60, 90, 135, 200, 300, 450, 675, 1000];
const ONSET_EDGES = [0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 135, 200, 300];
const MAX_VOICES = 16;
const RATE_EDGES = Array.from({ length: 13 }, (_, i) => 2 * i);

export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    name: "pitch class",
    counts: "notes, by the name of their pitch",
    bins: PITCH_CLASSES,
    count: (window) => countBins(12, window.notes, (note) => note.pitch % 12),
  },
  {
    name: "interval",
    counts: "semitones from each note to the next one in order of start, then of pitch",
    bins: Array.from({ length: 2 * MAX_INTERVAL + 1 }, (_, i) => intervalLabel(i - MAX_INTERVAL)),
    count: ({ notes }) =>
      countBins(2 * MAX_INTERVAL + 1, notes.slice(1), ({ pitch }, i) => {
        const interval = pitch - notes[i]!.pitch;
        return Math.max(-MAX_INTERVAL, Math.min(MAX_INTERVAL, interval)) + MAX_INTERVAL;
      }),
  },
  {
    name: "velocity",
    counts: "notes, by MIDI velocity in the encoding's 32 bins",
    bins: Array.from(
      { length: 128 / VELOCITY_BIN },
      (_, i) => `${VELOCITY_BIN * i + 1}–${VELOCITY_BIN * (i + 1)}`,
    ),
    count: (window) =>
      countBins(128 / VELOCITY_BIN, window.notes, (note) => Math.floor((note.velocity - 1) / VELOCITY_BIN)),
  },
  {
    name: "duration",
    counts: "notes, by length in seconds, pedal folded in",
    bins: secondsLabels(DURATION_EDGES),
    count: (window) =>
      countBins(DURATION_EDGES.length, window.notes, (note) =>
        binOf(note.endStep - note.startStep, DURATION_EDGES),
      ),
  },
  {
    name: "inter-onset",
    counts: "seconds from the start of each note to that of the next; 0 is a chord",
    bins: secondsLabels(ONSET_EDGES),
    count: ({ notes }) =>
      countBins(ONSET_EDGES.length, notes.slice(1), ({ startStep }, i) =>
        binOf(startStep - notes[i]!.startStep, ONSET_EDGES),
      ),
  },
  {
    name: "polyphony",
    counts: "steps of 10 ms, by how many notes sound",
    bins: Array.from({ length: MAX_VOICES + 1 }, (_, i) => (i === MAX_VOICES ? `≥ ${i}` : `${i}`)),
    count: countVoices,
  },
  {
    name: "notes per second",
    counts: "windows, by notes that start in them",
    bins: rangeLabels(RATE_EDGES),
    count: (window) =>
      countBins(RATE_EDGES.length, [window], ({ notes, steps }) =>
        binOf((notes.length / steps) * STEPS_PER_SECOND, RATE_EDGES),
      ),
  },
];

const FAMILY_SIZE = 128 / INSTRUMENT_FAMILIES.length;

/** For music of several instruments by a model that does not generate velocities. */
export const BAND_DISTRIBUTIONS: readonly Distribution[] = [
  {
    name: "instrument",
    counts: "notes, by the family of their instrument, without percussion",
    bins: INSTRUMENT_FAMILIES,
    count: (window) =>
      countBins(INSTRUMENT_FAMILIES.length, window.notes, ({ program }) => Math.floor(program / FAMILY_SIZE)),
  },
  ...DISTRIBUTIONS.filter(({ name }) => name !== "velocity"),
];

function countBins<T>(
  bins: number,
  items: readonly T[],
  binOfItem: (item: T, index: number) => number,
): Counts {
  const counts = new Float64Array(bins);
  for (const [index, item] of items.entries()) {
    const bin = binOfItem(item, index);
    counts[bin]! += 1;
  }
  return counts;
}

function countVoices({ notes, steps }: Window): Counts {
  const changes = new Int32Array(steps + 1);
  for (const { startStep, endStep } of notes) {
    changes[startStep]! += 1;
    changes[endStep]! -= 1;
  }
  const counts = new Float64Array(MAX_VOICES + 1);
  let voices = 0;
  for (let step = 0; step < steps; step += 1) {
    voices += changes[step]!;
    const bin = Math.min(voices, MAX_VOICES);
    counts[bin]! += 1;
  }
  return counts;
}

function intervalLabel(semitones: number): string {
  if (semitones === MAX_INTERVAL) return `≥ +${MAX_INTERVAL}`;
  if (semitones === -MAX_INTERVAL) return `≤ −${MAX_INTERVAL}`;
  if (semitones === 0) return "0";
  return semitones > 0 ? `+${semitones}` : `−${-semitones}`;
}

/** Labels such as "0.03–0.04" for steps 3 and 4: both ends belong to the bin. */
function secondsLabels(edges: readonly number[]): string[] {
  const seconds = (steps: number): string => String(steps / STEPS_PER_SECOND);
  return edges.map((edge, i) => {
    const next = edges[i + 1];
    if (next === undefined) return `≥ ${seconds(edge)}`;
    return next === edge + 1 ? seconds(edge) : `${seconds(edge)}–${seconds(next - 1)}`;
  });
}

function rangeLabels(edges: readonly number[]): string[] {
  return edges.map((edge, i) => (i + 1 === edges.length ? `≥ ${edge}` : `${edge} to < ${edges[i + 1]}`));
}
