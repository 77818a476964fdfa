/**
 * A region of a piece and what surrounds it, as one sequence: what comes after first, then what came before, so that the
 * model goes on from there and arrives:
 *
 *     SUFFIX … PREFIX … MIDDLE …
 *
 * The prefix holds the notes struck before the region and lasts until it begins; the middle those struck in it, none
 * sounding longer, and lasts until its end; the suffix those struck after it. The suffix counts time from where the
 * region begins: its first shifts tell how long the middle is to be. Notes that sound from one part into another end in
 * the part where they end. The middle goes on with the velocity of the prefix.
 */
import { quantize, type Vocabulary } from "../performance/index.ts";
import type { Note } from "../midi/index.ts";
import { shiftIds, taskId } from "./tasks.ts";

/** Ids of the suffix at most; what comes later is left out. */
export const SUFFIX_IDS = 250;
/** The ids of an infill, START and END included, that models are trained with at most: a window of 1024 holds it whole. */
export const INFILL_IDS = 1024;
/** Of these the middle's, at most. */
export const MIDDLE_IDS = 400;
/** START, END and the three marks. */
export const INFILL_FRAME = 5;
/** The shortest region that models are trained to fill. */
export const SHORTEST_REGION_SECONDS = 1.5;
/** The longest one. */
export const LONGEST_REGION_SECONDS = 12;

/** The ids of an infill, part by part. */
export interface InfillParts {
  readonly suffix: readonly number[];
  readonly prefix: readonly number[];
  readonly middle: readonly number[];
  /** The first of the notes, in order of onset, that are held by the parts: older ones were left out. */
  readonly firstNote: number;
}

/** A note on the grid. */
interface StepNote {
  readonly pitch: number;
  readonly bin: number;
  readonly start: number;
  readonly end: number;
}

interface StepEvent {
  readonly step: number;
  readonly note: StepNote;
  readonly isOff: boolean;
}

/**
 * Divides notes into the parts of an infill.
 *
 * @param notes in order of onset; pedal folded in, times in seconds from any point.
 * @param fromStep where the region begins, in steps of 10 ms.
 * @param toStep where it ends.
 * @param maximumIds ids that prefix and suffix (and the middle, unless `middleIds` stands in for it) may have together:
 * the oldest notes of the prefix are left out until they fit.
 * @param middleIds reckon with a middle of so many ids, for one that is not known yet.
 */
export function infillParts(
  notes: readonly Note[],
  fromStep: number,
  toStep: number,
  maximumIds: number,
  vocabulary: Vocabulary,
  middleIds?: number,
): InfillParts {
  const stepNotes = notes.map((note) => onGrid(note, vocabulary));
  const prefixNotes = stepNotes.filter(({ start }) => start < fromStep).length;
  // A note has at least one id: later ones cannot be in the suffix.
  const stop = stepNotes.filter(({ start }) => start < toStep).length + SUFFIX_IDS;
  const partsFrom = (firstNote: number): InfillParts => ({
    ...divide(stepNotes.slice(firstNote, stop), fromStep, toStep, vocabulary),
    firstNote,
  });
  const fits = ({ suffix, prefix, middle }: InfillParts): boolean =>
    suffix.length + prefix.length + (middleIds ?? middle.length) <= maximumIds;
  // Nor can more than `maximumIds` be in the prefix.
  let low = Math.max(0, prefixNotes - maximumIds);
  let high = prefixNotes;
  while (low < high) {
    const half = (low + high) >> 1;
    if (fits(partsFrom(half))) high = half;
    else low = half + 1;
  }
  return partsFrom(low);
}

/** The sequence of an infill up to where its middle begins, without START. */
export function infillPrompt({ suffix, prefix }: InfillParts, vocabulary: Vocabulary): number[] {
  return [
    taskId(vocabulary, "SUFFIX"),
    ...suffix,
    taskId(vocabulary, "PREFIX"),
    ...prefix,
    taskId(vocabulary, "MIDDLE"),
  ];
}

function onGrid(note: Note, vocabulary: Vocabulary): StepNote {
  const start = quantize(note.startSeconds);
  const end = Math.max(start + 1, quantize(note.endSeconds));
  return { pitch: note.pitch, bin: vocabulary.velocityBin(note.velocity), start, end };
}

function divide(
  notes: readonly StepNote[],
  from: number,
  to: number,
  vocabulary: Vocabulary,
): Omit<InfillParts, "firstNote"> {
  const [prefix, middle, suffix]: [StepEvent[], StepEvent[], StepEvent[]] = [[], [], []];
  for (const note of notes) {
    const on = { step: note.start, note, isOff: false };
    const off = { step: note.end, note, isOff: true };
    if (note.start < from) {
      prefix.push(on);
      (note.end < from ? prefix : note.end <= to ? middle : suffix).push(off);
    } else if (note.start < to) {
      middle.push(on, { ...off, step: Math.min(note.end, to) });
    } else {
      suffix.push(on, off);
    }
  }
  const begin = notes[0]?.start ?? from;
  const before = writeEvents(prefix, Math.min(begin, from), from, 0, vocabulary);
  return {
    prefix: before.ids,
    middle: writeEvents(middle, from, to, before.bin, vocabulary).ids,
    suffix: cutAfterLastNote(writeEvents(suffix, from, undefined, 0, vocabulary).ids, vocabulary),
  };
}

/**
 * Events as ids, in the encoder's order: by step, note-offs first, each kind by onset.
 *
 * @param end fill up with silence until this step.
 * @param bin the velocity bin that holds; 0 when none does.
 */
function writeEvents(
  events: readonly StepEvent[],
  begin: number,
  end: number | undefined,
  bin: number,
  vocabulary: Vocabulary,
): { readonly ids: number[]; readonly bin: number } {
  const ids: number[] = [];
  let now = begin;
  let current = bin;
  const sorted = [...events].sort((a, b) => a.step - b.step || Number(b.isOff) - Number(a.isOff));
  for (const { step, note, isOff } of sorted) {
    ids.push(...shiftIds(vocabulary, step - now));
    now = step;
    if (!isOff && note.bin !== current) ids.push(vocabulary.id("VELOCITY", note.bin));
    if (!isOff) current = note.bin;
    ids.push(vocabulary.id(isOff ? "NOTE_OFF" : "NOTE_ON", note.pitch));
  }
  if (end !== undefined) ids.push(...shiftIds(vocabulary, end - now));
  return { ids, bin: current };
}

/** The first `SUFFIX_IDS` ids, up to the last note-on or note-off among them. */
function cutAfterLastNote(ids: readonly number[], vocabulary: Vocabulary): number[] {
  if (ids.length <= SUFFIX_IDS) return [...ids];
  const kept = ids.slice(0, SUFFIX_IDS);
  const last = kept.findLastIndex((id) => {
    const { kind } = vocabulary.event(id);
    return kind === "NOTE_ON" || kind === "NOTE_OFF";
  });
  return kept.slice(0, last + 1);
}
