/** One example of a dataset: a piece of music, or a task made of it, as ids. */
import {
  cutSegments,
  encodePerformance,
  encodeScore,
  infillParts,
  infillPrompt,
  interleaveSegments,
  type Note,
  type Score,
  type ScoreNote,
  skyline,
  STEPS_PER_SECOND,
  type StyleName,
  type Vocabulary,
  withConditions,
  withEnding,
} from "../../encoding/index.ts";
import type { Draws } from "./draws.ts";

/** What an example is; the header of the dataset tells it of each. */
export type ExampleKind = "plain" | "ending" | "style" | "accompany-melody" | "accompany-skyline" | "infill";

/** Thrown for a piece that a kind of example cannot be made of. */
export class ExampleError extends Error {
  override readonly name = "ExampleError";
}

/** An infill is an example of so many ids at most, START and END included: a window of the shipped models holds it whole. */
export const INFILL_IDS = 1024;
/** The ids of an infill's middle, at most. */
export const MIDDLE_IDS = 400;
const SHORTEST_MIDDLE_SECONDS = 1.5;
const LONGEST_MIDDLE_SECONDS = 12;
/** START, END and the three marks of an infill. */
const INFILL_FRAME = 5;
const TRIES = 20;
/** Half of the accompaniments begin somewhere in the piece, up to so long before a note of the melody. */
const LEAD_SECONDS = 2;

export interface ExampleIds {
  /** Without START and END. */
  readonly ids: readonly number[];
  readonly notes: number;
  readonly seconds: number;
}

/** The track that holds a song's melody, by its name, among others that have notes; undefined where there is none. */
export function melodyTrack(score: Score): number | undefined {
  const track = score.tracks.findIndex(({ name }) => /^melody$/i.test(name.trim()));
  const others = score.notes.filter((note) => note.track !== track).length;
  return track >= 0 && others > 0 && others < score.notes.length ? track : undefined;
}

/**
 * Makes an example.
 *
 * @param style the style of the piece, where it is known.
 * @param draws what is chosen at random; the same draws give the same example.
 * @throws ExampleError when the piece is no material for it; EncodingError when it cannot be encoded.
 */
export function makeExample(
  kind: ExampleKind,
  score: Score,
  vocabulary: Vocabulary,
  style: StyleName | undefined,
  draws: Draws,
): ExampleIds {
  const { ids, notes } = encodeScore(score, vocabulary, { trimLeadingSilence: true });
  if (notes.length === 0) throw new ExampleError("no notes other than percussion");
  if (kind === "accompany-melody" || kind === "accompany-skyline") {
    return accompaniment(kind, score, notes, vocabulary, draws);
  }
  if (kind === "infill") return infill(notes, vocabulary, draws);
  const piece = [...ids];
  const facts = { notes: notes.length, seconds: endOf(notes) };
  if (kind === "plain") return { ids: piece, ...facts };
  if (kind === "ending") return { ids: withEnding(piece, vocabulary), ...facts };
  const stated = statement(style, draws);
  const ended = draws.next() < 0.5 ? withEnding(piece, vocabulary) : piece;
  return { ids: withConditions(ended, vocabulary, stated), ...facts };
}

/** Both conditions for half of the pieces that have a style, one of the two for the others. */
function statement(
  style: StyleName | undefined,
  draws: Draws,
): { readonly style?: StyleName | undefined; readonly density: boolean } {
  const choice = draws.next();
  if (style === undefined || choice < 0.25) return { density: true };
  return { style, density: choice < 0.75 };
}

function accompaniment(
  kind: "accompany-melody" | "accompany-skyline",
  score: Score,
  notes: readonly ScoreNote[],
  vocabulary: Vocabulary,
  draws: Draws,
): ExampleIds {
  const isMelody =
    kind === "accompany-melody" ? ofMelodyTrack(score, notes) : skyline(asReleased(score, notes));
  const onsets = notes.filter((_, index) => isMelody[index]).map(({ startSeconds }) => startSeconds);
  if (onsets.length === 0) throw new ExampleError("no melody");
  const whole = draws.next() < 0.5;
  const onset = onsets[Math.floor(draws.next() * onsets.length)] ?? 0;
  const begin = whole ? 0 : Math.max(0, onset - draws.next() * LEAD_SECONDS);
  const part = (wanted: boolean): readonly Note[] =>
    notes
      .filter((note, index) => isMelody[index] === wanted && note.startSeconds >= begin)
      .map((note) => ({
        ...note,
        startSeconds: note.startSeconds - begin,
        endSeconds: note.endSeconds - begin,
      }));
  const [melody, rest] = [part(true), part(false)];
  if (melody.length === 0 || rest.length === 0) throw new ExampleError("no melody with an accompaniment");
  const segments = (voice: readonly Note[]): number[][] =>
    cutSegments(encodePerformance(voice, vocabulary), vocabulary);
  return {
    ids: interleaveSegments(segments(melody), segments(rest), vocabulary),
    notes: melody.length + rest.length,
    seconds: endOf(notes) - begin,
  };
}

function ofMelodyTrack(score: Score, notes: readonly ScoreNote[]): boolean[] {
  const track = melodyTrack(score);
  if (track === undefined) throw new ExampleError("no melody track");
  return notes.map((note) => note.track === track);
}

/** The notes with the ends they have in the file, the pedal not folded in. */
function asReleased(score: Score, notes: readonly ScoreNote[]): Note[] {
  const key = ({ track, noteOnIndex }: ScoreNote): string => `${track}:${noteOnIndex}`;
  const lengths = new Map(score.notes.map((note) => [key(note), note.endSeconds - note.startSeconds]));
  return notes.map((note) => ({ ...note, endSeconds: note.startSeconds + (lengths.get(key(note)) ?? 0) }));
}

function infill(notes: readonly ScoreNote[], vocabulary: Vocabulary, draws: Draws): ExampleIds {
  const end = endOf(notes);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const ratio = LONGEST_MIDDLE_SECONDS / SHORTEST_MIDDLE_SECONDS;
    const seconds = SHORTEST_MIDDLE_SECONDS * ratio ** draws.next();
    const from = draws.next() * end;
    if (from + seconds > end) continue;
    const steps = [from, from + seconds].map((time) => Math.round(time * STEPS_PER_SECOND));
    const [fromStep = 0, toStep = 0] = steps;
    const parts = infillParts(notes, fromStep, toStep, INFILL_IDS - INFILL_FRAME, vocabulary);
    const ids = [...infillPrompt(parts, vocabulary), ...parts.middle];
    const struck = parts.middle.some((id) => vocabulary.event(id).kind === "NOTE_ON");
    if (!struck || parts.middle.length > MIDDLE_IDS || ids.length + 2 > INFILL_IDS) continue;
    const onsets = ids.filter((id) => vocabulary.event(id).kind === "NOTE_ON").length;
    return { ids, notes: onsets, seconds };
  }
  throw new ExampleError("no region to fill");
}

function endOf(notes: readonly Note[]): number {
  const seconds = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
  return Math.round(seconds * 100) / 100;
}
