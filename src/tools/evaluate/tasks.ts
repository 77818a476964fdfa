/**
 * Measures whether a model uses the context of a task: scores the same accompaniment with its melody and with another piece's, and the
 * same region with its suffix, without one, and with another suffix.
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
  PerformanceState,
  type Score,
  taskId,
  topVoice,
  type Vocabulary,
  voices,
} from "../../../encoding/index.ts";
import { ExampleRandom } from "../example-random.ts";
import { chooseRegion } from "../regions.ts";
import { type Decoder, score, type ScoreOptions } from "../../engine/index.ts";

/** The contexts of each task; the first is the original one. */
export const CONTEXTS = {
  accompany: ["its melody", "another melody"],
  infill: ["its suffix", "no suffix", "another suffix"],
} as const;
export type EvaluatedTask = keyof typeof CONTEXTS;

/** A sequence, and which of its ids are scored. */
export interface ScoredSequence {
  readonly ids: readonly number[];
  readonly counts: readonly boolean[];
}

/** Music to score once in each context; the scored ids are the same in all. */
export interface TaskCase {
  /** Index of its piece. */
  readonly piece: number;
  readonly sequences: readonly ScoredSequence[];
}

export interface CaseScore {
  readonly piece: number;
  /** Sums of −ln p over the scored ids, by context. */
  readonly nats: readonly number[];
  readonly ids: number;
}

/**
 * One case for each piece with a melody and an accompaniment. The melody is the melody track or the top voice; the other melody is that
 * of the next such piece.
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
 * Scores the note-ons and note-offs of the accompaniment, which are the same with any melody. (Time shifts are not: the notes of the melody
 * divide them.)
 */
function accompanied(
  melody: readonly Note[],
  accompaniment: readonly Note[],
  vocabulary: Vocabulary,
): ScoredSequence {
  const { ids: merged, isMelody } = mergeVoices(melody, accompaniment, vocabulary);
  const segments = [encodePerformance(melody, vocabulary), merged].map((ids) => cutSegments(ids, vocabulary));
  const ids = interleaveSegments(segments[0] ?? [], segments[1] ?? [], vocabulary);
  const [melodyToken, accompanimentToken] = [
    taskId(vocabulary, "MELODY"),
    taskId(vocabulary, "ACCOMPANIMENT"),
  ];
  const state = new PerformanceState(vocabulary);
  let isMusic = false;
  const counts = ids.map((id) => {
    if (id === melodyToken || id === accompanimentToken) isMusic = id === accompanimentToken;
    const note = isMusic ? state.push(id) : undefined;
    return note !== undefined && isMelody[note.onset] !== true;
  });
  return { ids: [vocabulary.id("START"), ...ids], counts: [false, ...counts] };
}

/**
 * Regions of each piece, chosen by the seed. The other suffix is that of the next region, with the leading silence of the region's own suffix.
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
  // Only regions with music after them can be compared.
  const chosen = regions.flatMap(({ piece, parts }) =>
    parts && parts.suffix.length > 0 ? [{ piece, parts }] : [],
  );
  return chosen.map(({ piece, parts }, index) => {
    // Prefer the suffix of another piece.
    const others = [...chosen.slice(index + 1), ...chosen.slice(0, index)];
    const other = others.find((candidate) => candidate.piece !== piece) ?? others[0];
    const suffixes = [parts.suffix, [], withSilenceOf(other?.parts.suffix ?? [], parts.suffix, vocabulary)];
    return { piece, sequences: suffixes.map((suffix) => filled({ ...parts, suffix }, vocabulary)) };
  });
}

/** First word of the random keys of regions; different from those of datasets. */
const REGION_KEY = 64;

/** Scores the ids of the middle. */
function filled(parts: InfillParts, vocabulary: Vocabulary): ScoredSequence {
  const prompt = [vocabulary.id("START"), ...infillPrompt(parts, vocabulary)];
  return {
    ids: [...prompt, ...parts.middle],
    counts: [...prompt.map(() => false), ...parts.middle.map(() => true)],
  };
}

/** Replaces the leading silence of a suffix by that of `like`. */
function withSilenceOf(suffix: readonly number[], like: readonly number[], vocabulary: Vocabulary): number[] {
  const silence = (ids: readonly number[]): number => ids.findIndex((id) => vocabulary.steps(id) === 0);
  return [...like.slice(0, silence(like)), ...suffix.slice(silence(suffix))];
}

/** Scores a case in each context. */
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

/** NLL per id by context: sums divided by sums, so that all ids have the same weight. */
export function nllByContext(scores: readonly CaseScore[]): number[] {
  const ids = scores.reduce((sum, one) => sum + one.ids, 0);
  const contexts = scores[0]?.nats.length ?? 0;
  return Array.from(
    { length: contexts },
    (_, context) => scores.reduce((sum, one) => sum + one.nats[context]!, 0) / ids,
  );
}
