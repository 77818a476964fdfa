/** One example of a dataset as ids: a piece of music, or a task derived from it. */
import {
  cutSegments,
  encodePerformance,
  encodeScore,
  infillPrompt,
  interleaveSegments,
  melodyTrackNotes,
  mergeVoices,
  shiftNotes,
  type Note,
  PerformanceState,
  type Score,
  type ScoreNote,
  type StyleName,
  taskId,
  topVoice,
  type Vocabulary,
  voices,
  withConditions,
  withEnding,
} from "../../../encoding/index.ts";
import { HintedError } from "../../errors.ts";
import type { ExampleRandom } from "../example-random.ts";
import { chooseRegion } from "../regions.ts";
import type { ExampleKind } from "./example-kind.ts";
import { MAX_UNRELEASED_SECONDS } from "./format.ts";

/** Thrown for a piece from which a kind of example cannot be made. */
export class ExampleError extends HintedError<"no-notes" | "no-melody" | "no-region"> {
  override readonly name = "ExampleError";
}

/** Half of the accompaniments begin within the piece, at most this number of seconds before a note of the melody. */
const LEAD_SECONDS = 2;

/** Maximum number of ids in an example of the last part of a piece, START, END and control tokens included. */
const CLOSING_IDS = 1024;
const CLOSING_FRAME = 3;

export interface ExampleIds {
  /** Without START and END. */
  readonly ids: readonly number[];
  readonly notes: number;
  readonly seconds: number;
}

/**
 * Makes an example.
 *
 * @param style the style of the piece; undefined where it is unknown.
 * @param random random numbers; the same stream gives the same example.
 * @throws ExampleError when the piece is unsuitable; EncodingError when it cannot be encoded.
 */
export function makeExample(
  kind: ExampleKind,
  score: Score,
  vocabulary: Vocabulary,
  style: StyleName | undefined,
  random: ExampleRandom,
): ExampleIds {
  const { ids, notes } = encodeScore(score, vocabulary, {
    trimLeadingSilence: true,
    maxUnreleasedSeconds: MAX_UNRELEASED_SECONDS,
  });
  if (notes.length === 0)
    throw new ExampleError("the piece has no notes other than percussion", {
      code: "no-notes",
      hint: "use a piece with pitched notes",
    });
  if (kind === "accompany-melody" || kind === "accompany-skyline") {
    return accompaniment(kind, score, notes, vocabulary, random);
  }
  if (kind === "infill") return infill(notes, vocabulary, random);
  if (kind === "closing") return closing(notes, vocabulary, undefined, random);
  if (kind === "style-closing") return closing(notes, vocabulary, chooseConditions(style, random), random);
  const piece = [...ids];
  const facts = { notes: notes.length, seconds: endOf(notes) };
  if (kind === "plain") return { ids: piece, ...facts };
  if (kind === "ending") return { ids: withEnding(piece, vocabulary), ...facts };
  const stated = chooseConditions(style, random);
  const ended = random.next() < 0.5 ? withEnding(piece, vocabulary) : piece;
  return { ids: withConditions(ended, vocabulary, stated), ...facts };
}

/** The conditions that the control tokens of a piece state. */
interface StatedConditions {
  readonly style?: StyleName | undefined;
  readonly density: boolean;
}

/** Chooses both conditions for half of the pieces with a style, and one of the two for the other half. */
function chooseConditions(style: StyleName | undefined, random: ExampleRandom): StatedConditions {
  const choice = random.next();
  if (style === undefined || choice < 0.25) return { density: true };
  return { style, density: choice < 0.75 };
}

function accompaniment(
  kind: "accompany-melody" | "accompany-skyline",
  score: Score,
  notes: readonly ScoreNote[],
  vocabulary: Vocabulary,
  random: ExampleRandom,
): ExampleIds {
  const isMelody = kind === "accompany-melody" ? melodyTrackNotes(score, notes) : topVoice(score, notes);
  if (!isMelody)
    throw new ExampleError("the piece has no melody track", {
      code: "no-melody",
      hint: "use a piece with a melody track",
    });
  const onsets = notes.filter((_, index) => isMelody[index]).map(({ startSeconds }) => startSeconds);
  if (onsets.length === 0)
    throw new ExampleError("the piece has no melody", {
      code: "no-melody",
      hint: "use a piece with a melody",
    });
  const whole = random.next() < 0.5;
  const onset = onsets[Math.floor(random.next() * onsets.length)]!;
  const begin = whole ? 0 : Math.max(0, onset - random.next() * LEAD_SECONDS);
  const { melody, accompaniment: rest } = voices(notes, isMelody, begin);
  if (melody.length === 0 || rest.length === 0)
    throw new ExampleError("the piece has no accompaniment with its melody", {
      code: "no-melody",
      hint: "use a piece with a melody and an accompaniment",
    });
  const melodySegments = cutSegments(encodePerformance(melody, vocabulary), vocabulary);
  const musicSegments = cutSegments(mergeVoices(melody, rest, vocabulary).ids, vocabulary);
  return {
    ids: interleaveSegments(melodySegments, musicSegments, vocabulary),
    notes: melody.length + rest.length,
    seconds: endOf(notes) - begin,
  };
}

function infill(notes: readonly ScoreNote[], vocabulary: Vocabulary, random: ExampleRandom): ExampleIds {
  const region = chooseRegion(notes, vocabulary, random);
  if (!region)
    throw new ExampleError("the piece has no region that fits an infill", {
      code: "no-region",
      hint: "use a longer piece",
    });
  const ids = [...infillPrompt(region.parts, vocabulary), ...region.parts.middle];
  return { ids, notes: new PerformanceState(vocabulary, ids).onsets, seconds: region.seconds };
}

/**
 * The last part of a piece with ENDING, after the control token PREFIX, which states that it is not the start of a piece; with conditions
 * on request. Whole pieces have one ending in about ten thousand ids, and conditions that are not preceded by music of the same style and
 * density are as rare. So a model learns both slowly from whole pieces alone.
 */
function closing(
  notes: readonly ScoreNote[],
  vocabulary: Vocabulary,
  stated: StatedConditions | undefined,
  random: ExampleRandom,
): ExampleIds {
  const maxIds = Math.round(CLOSING_IDS * (0.4 + 0.6 * random.next())) - CLOSING_FRAME;
  const from = (first: number): readonly number[] => {
    const kept = notes.slice(first);
    const ids = encodePerformance(shiftNotes(kept, -(kept[0]?.startSeconds ?? 0)), vocabulary);
    const ended = withEnding([...ids], vocabulary);
    return stated ? withConditions(ended, vocabulary, stated) : ended;
  };
  // A note has at least two ids.
  let [low, high] = [Math.max(0, notes.length - maxIds), notes.length - 1];
  while (low < high) {
    const half = (low + high) >> 1;
    if (from(half).length <= maxIds) high = half;
    else low = half + 1;
  }
  const ids = [taskId(vocabulary, "PREFIX"), ...from(low)];
  const begin = notes[low]?.startSeconds ?? 0;
  return { ids, notes: notes.length - low, seconds: endOf(notes) - begin };
}

function endOf(notes: readonly Note[]): number {
  const seconds = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
  return Math.round(seconds * 100) / 100;
}
