/**
 * Whether a model uses what a task gives it: the same accompaniment scored with its melody and with another piece's, the
 * same region with what comes after it, without, and with what comes after another.
 */
import {
  cutSegments,
  encodePerformance,
  encodeScore,
  type InfillParts,
  infillPrompt,
  interleaveSegments,
  melodyTrackNotes,
  mergeVoices,
  type Note,
  type Score,
  taskId,
  topVoice,
  type Vocabulary,
  voices,
} from "../../../encoding/index.ts";
import { ExampleRandom } from "../example-random.ts";
import { chooseRegion } from "../regions.ts";
import { type Decoder, score, type ScoreOptions } from "../../engine/index.ts";

/** What is given with the music that is scored; the first is what belongs to it. */
export const CONTEXTS = {
  accompany: ["its melody", "another melody"],
  infill: ["its suffix", "no suffix", "another suffix"],
} as const;
export type EvaluatedTask = keyof typeof CONTEXTS;

/** A sequence, and which of its ids count. */
export interface ScoredSequence {
  readonly ids: readonly number[];
  readonly counts: readonly boolean[];
}

/** Music to be scored, once in each context; the ids that count are the same in all. */
export interface TaskCase {
  /** Which of the pieces it is of. */
  readonly piece: number;
  readonly sequences: readonly ScoredSequence[];
}

export interface CaseScore {
  readonly piece: number;
  /** Sums of −ln p over the ids that count, by context. */
  readonly nats: readonly number[];
  readonly ids: number;
}

/**
 * Each piece with a melody and more, accompanied; melodies are those of a track of that name, or the top voice. The other
 * melody is that of the next such piece.
 */
export function accompanyCases(pieces: readonly Score[], vocabulary: Vocabulary): TaskCase[] {
  const parts = pieces.flatMap((piece, index) => {
    const { notes } = encodeScore(piece, vocabulary, { trimLeadingSilence: true });
    const { melody, accompaniment } = voices(notes, melodyTrackNotes(piece, notes) ?? topVoice(piece, notes));
    return melody.length === 0 || accompaniment.length === 0 ? [] : [{ piece: index, melody, accompaniment }];
  });
  return parts.flatMap(({ piece, melody, accompaniment }, index) => {
    const other = parts[(index + 1) % parts.length];
    if (!other || parts.length < 2) return [];
    const seconds = endOf([...melody, ...accompaniment]);
    const otherMelody = other.melody.filter(({ startSeconds }) => startSeconds < seconds);
    const sequences = [melody, otherMelody].map((one) => accompanied(one, accompaniment, vocabulary));
    return [{ piece, sequences }];
  });
}

function endOf(notes: readonly Note[]): number {
  return notes.reduce((latest, { endSeconds }) => Math.max(latest, endSeconds), 0);
}

/**
 * The note-ons and note-offs of the accompaniment count: they are the same with any melody. (Time shifts are not: each
 * note of a melody divides one.)
 */
function accompanied(
  melody: readonly Note[],
  accompaniment: readonly Note[],
  vocabulary: Vocabulary,
): ScoredSequence {
  const { ids: merged, isMelody } = mergeVoices(melody, accompaniment, vocabulary);
  const segments = [encodePerformance(melody, vocabulary), merged].map((ids) => cutSegments(ids, vocabulary));
  const ids = interleaveSegments(segments[0] ?? [], segments[1] ?? [], vocabulary);
  const [melodyMark, accompanimentMark] = [taskId(vocabulary, "MELODY"), taskId(vocabulary, "ACCOMPANIMENT")];
  const sounding = new Map<number, boolean[]>(); // by pitch, of each note that sounds whether it is the melody's
  let isMusic = false;
  let onsets = 0;
  const counts = ids.map((id) => {
    if (id === melodyMark || id === accompanimentMark) isMusic = id === accompanimentMark;
    const { kind, value } = vocabulary.event(id);
    if (!isMusic || (kind !== "NOTE_ON" && kind !== "NOTE_OFF")) return false;
    const notes = sounding.get(value) ?? [];
    sounding.set(value, notes);
    if (kind === "NOTE_OFF") return notes.shift() === false;
    const isOfMelody = isMelody[onsets] === true;
    onsets += 1;
    notes.push(isOfMelody);
    return !isOfMelody;
  });
  return { ids: [vocabulary.id("START"), ...ids], counts: [false, ...counts] };
}

/**
 * Regions of each piece, chosen by the seed. The other suffix is that of the next region, moved to begin when the region's
 * own does.
 */
export function infillCases(
  pieces: readonly Score[],
  vocabulary: Vocabulary,
  options: { readonly regions: number; readonly seed: number },
): TaskCase[] {
  const regions = pieces.flatMap((piece, index) => {
    const { notes } = encodeScore(piece, vocabulary, { trimLeadingSilence: true });
    return Array.from({ length: options.regions }, (_, region) => {
      const random = new ExampleRandom(options.seed, REGION_KEY, index * options.regions + region);
      return { piece: index, parts: chooseRegion(notes, vocabulary, random)?.parts };
    });
  });
  // Only regions that have something after them can be compared.
  const chosen = regions.flatMap(({ piece, parts }) =>
    parts && parts.suffix.length > 0 ? [{ piece, parts }] : [],
  );
  return chosen.map(({ piece, parts }, index) => {
    // Of another piece, where there is one.
    const others = [...chosen.slice(index + 1), ...chosen.slice(0, index)];
    const other = others.find((candidate) => candidate.piece !== piece) ?? others[0];
    const suffixes = [parts.suffix, [], movedSuffix(other?.parts.suffix ?? [], parts.suffix, vocabulary)];
    return { piece, sequences: suffixes.map((suffix) => filled({ ...parts, suffix }, vocabulary)) };
  });
}

/** First word of the random key of regions; those of datasets have others. */
const REGION_KEY = 64;

/** The ids of the middle count. */
function filled(parts: InfillParts, vocabulary: Vocabulary): ScoredSequence {
  const prompt = [vocabulary.id("START"), ...infillPrompt(parts, vocabulary)];
  return {
    ids: [...prompt, ...parts.middle],
    counts: [...prompt.map(() => false), ...parts.middle.map(() => true)],
  };
}

/** A suffix with the silence before its first event that another has. */
function movedSuffix(suffix: readonly number[], like: readonly number[], vocabulary: Vocabulary): number[] {
  const silence = (ids: readonly number[]): number =>
    ids.findIndex((id) => vocabulary.event(id).kind !== "TIME_SHIFT");
  return [...like.slice(0, silence(like)), ...suffix.slice(silence(suffix))];
}

/** Scores a case in each of its contexts. */
export async function scoreCase(
  decoder: Decoder,
  { piece, sequences }: TaskCase,
  options: ScoreOptions = {},
): Promise<CaseScore> {
  const nats: number[] = [];
  for (const { ids, counts } of sequences) {
    const logProbabilities = await score(decoder, ids, options);
    nats.push(-logProbabilities.reduce((sum, value, index) => sum + (counts[index + 1] ? value : 0), 0));
  }
  return { piece, nats, ids: sequences[0]?.counts.filter(Boolean).length ?? 0 };
}

/** NLL per id in each context, in their order: sums divided by sums, so that every id counts alike. */
export function nllByContext(scores: readonly CaseScore[]): number[] {
  const ids = scores.reduce((sum, one) => sum + one.ids, 0);
  const contexts = scores[0]?.nats.length ?? 0;
  return Array.from(
    { length: contexts },
    (_, context) => scores.reduce((sum, one) => sum + one.nats[context]!, 0) / ids,
  );
}
