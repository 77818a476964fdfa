/**
 * The sequence of the infill task: a region of a piece with its context. The music after the region comes first, then the music before
 * it, which the model continues:
 *
 *     SUFFIX … PREFIX … MIDDLE …
 *
 * Each part contains the notes that begin before, in or after the region. The prefix ends where the region begins; the middle ends with the
 * region, and so do all of its notes. The suffix counts time from the start of the region, so its first shifts determine the length
 * of the middle. A note that sounds into a later part ends in that part. The middle begins with the last velocity of the prefix.
 */
import { quantize, type Vocabulary } from "../performance/index.ts";
import type { Note } from "../midi/index.ts";
import { shiftIds, taskId } from "./tasks.ts";

/** Maximum number of ids in the suffix; later ones are omitted. */
export const SUFFIX_IDS = 250;
/** Maximum number of ids of an infill in training data, START and END included: it fits into a window of 1024 ids. */
export const INFILL_IDS = 1024;
/** Maximum number of ids in the middle. */
export const MIDDLE_IDS = 400;
/** Number of framing ids: START, END and three control tokens. */
export const INFILL_FRAME = 5;
/** Length of the shortest region in training data. */
export const SHORTEST_REGION_SECONDS = 1.5;
/** Length of the longest region in training data. */
export const LONGEST_REGION_SECONDS = 12;

/** The ids of an infill, by part. */
export interface InfillParts {
  readonly suffix: readonly number[];
  readonly prefix: readonly number[];
  readonly middle: readonly number[];
  /** Index in order of onset of the first note in the parts; earlier notes are omitted. */
  readonly firstNote: number;
}

/** A quantized note. */
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
 * @param notes in order of onset; times in seconds from any origin, pedal included.
 * @param fromStep start of the region, in steps of 10 ms.
 * @param toStep end of the region, in steps of 10 ms.
 * @param maximumIds maximum number of ids in prefix, suffix and middle together; the oldest notes of the prefix are omitted until they
 *   fit.
 * @param middleIds number of ids reserved for a middle that is not known yet. Default: the length of the middle.
 */
export function infillParts(
  notes: readonly Note[],
  fromStep: number,
  toStep: number,
  maximumIds: number,
  vocabulary: Vocabulary,
  middleIds?: number,
): InfillParts {
  const stepNotes = notes.map((note) => quantized(note, vocabulary));
  const prefixNotes = stepNotes.filter(({ start }) => start < fromStep).length;
  // Each note has at least one id, so later notes cannot be in the suffix.
  const stop = stepNotes.filter(({ start }) => start < toStep).length + SUFFIX_IDS;
  const partsFrom = (firstNote: number): InfillParts => ({
    ...divide(stepNotes.slice(firstNote, stop), fromStep, toStep, vocabulary),
    firstNote,
  });
  const fits = ({ suffix, prefix, middle }: InfillParts): boolean =>
    suffix.length + prefix.length + (middleIds ?? middle.length) <= maximumIds;
  // The prefix has at most `maximumIds` notes.
  let low = Math.max(0, prefixNotes - maximumIds);
  let high = prefixNotes;
  while (low < high) {
    const half = (low + high) >> 1;
    if (fits(partsFrom(half))) high = half;
    else low = half + 1;
  }
  return partsFrom(low);
}

/** The sequence of an infill up to the control token MIDDLE, without START. */
export function infillPrompt({ suffix, prefix }: InfillParts, vocabulary: Vocabulary): number[] {
  return [
    taskId(vocabulary, "SUFFIX"),
    ...suffix,
    taskId(vocabulary, "PREFIX"),
    ...prefix,
    taskId(vocabulary, "MIDDLE"),
  ];
}

function quantized(note: Note, vocabulary: Vocabulary): StepNote {
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
 * Encodes events as ids in the encoder's order: by step, note-offs first, each kind by onset.
 *
 * @param end step up to which silence is added.
 * @param bin the current velocity bin; 0 for none.
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
  const last = kept.findLastIndex((id) => vocabulary.isNote(id));
  return kept.slice(0, last + 1);
}
