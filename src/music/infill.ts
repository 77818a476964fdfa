/** A region of a piece, written anew. */
import {
  encodeScore,
  INFILL_FRAME,
  INFILL_IDS,
  infillParts,
  type InfillParts,
  LONGEST_REGION_SECONDS,
  MIDDLE_IDS,
  shiftNotes,
  type Note,
  PerformanceDecoder,
  quantize,
  replaceNotes,
  type Score,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import type { Decoder } from "../engine/index.ts";
import { OptionError } from "../options.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
import { type HeldKey, InfillTask } from "./infill-task.ts";
import { checkPort } from "./port.ts";
import { musicSampler } from "./sampler.ts";
import { requireTask, TaskError } from "./task-error.ts";
import { runTask } from "./generation-task.ts";

export interface InfillOptions extends GenerateTrackOptions {
  /** The region, in seconds of the file, to the hundredth; at most twelve seconds long. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** For the ids of the new notes, room is kept in the window: so many for a second of the region. */
const IDS_PER_SECOND = 80;

/**
 * Writes the notes of a region anew, percussion excepted. All else stays: notes struck before the region sound on into it.
 *
 * @throws TaskError when the model was not trained to, or the piece is empty but for the region; OptionError for an option out of
 * range; ChannelError when there is no channel for the new notes.
 */
export async function infill(
  decoder: Decoder,
  vocabulary: Vocabulary,
  piece: Score,
  options: InfillOptions,
): Promise<GeneratedTrack> {
  requireTask(decoder.config, "infill");
  checkPort(options.port);
  const sampler = musicSampler(options, vocabulary);
  const { fromStep, toStep } = checkedRegion(options);
  const seconds = (toStep - fromStep) / STEPS_PER_SECOND;
  const { parts, heldKeys, isInside } = surroundings(piece, fromStep, toStep, decoder, vocabulary);
  const middle = new InfillTask(vocabulary, parts, toStep - fromStep, heldKeys);
  await runTask(decoder, middle, sampler, seconds, options);
  const added = newNotes(parts.prefix, middle.ids, fromStep / STEPS_PER_SECOND, vocabulary);
  const removed = piece.notes.filter((note) => isInside(note) && !note.isPercussion);
  return {
    score: replaceNotes(piece, removed, added, "Infill", { port: options.port }),
    seed: sampler.seed,
    events: middle.events,
    notes: added.length,
    seconds,
  };
}

/** @throws OptionError for a region that is empty or longer than models are trained to fill. */
function checkedRegion({ fromSeconds, toSeconds }: InfillOptions): { fromStep: number; toStep: number } {
  if (!(fromSeconds >= 0 && fromSeconds < Infinity)) {
    throw new OptionError(`fromSeconds must be 0 or more, got ${fromSeconds}`);
  }
  const [fromStep, toStep] = [quantize(fromSeconds), quantize(toSeconds)];
  if (!(toStep > fromStep)) {
    throw new OptionError(`toSeconds must be more than fromSeconds, got ${fromSeconds} to ${toSeconds}`);
  }
  if (toStep - fromStep > LONGEST_REGION_SECONDS * STEPS_PER_SECOND) {
    const long = (toStep - fromStep) / STEPS_PER_SECOND;
    throw new OptionError(`a region can be ${LONGEST_REGION_SECONDS} s long, this one has ${long} s`, {
      code: "out-of-range",
      hint: "fill it in parts",
    });
  }
  return { fromStep, toStep };
}

/** What the model is told of the piece, and which notes are to go. */
function surroundings(
  piece: Score,
  fromStep: number,
  toStep: number,
  { config }: Decoder,
  vocabulary: Vocabulary,
): {
  readonly parts: InfillParts;
  readonly heldKeys: readonly HeldKey[];
  readonly isInside: (note: Note) => boolean;
} {
  const [from, to] = [fromStep / STEPS_PER_SECOND, toStep / STEPS_PER_SECOND];
  const isInside = ({ startSeconds }: Note): boolean => startSeconds >= from && startSeconds < to;
  // A note struck just before the region must not be rounded into it.
  const latest = (fromStep - 1) / STEPS_PER_SECOND;
  const outside = encodeScore(piece, vocabulary)
    .notes.filter((note) => !isInside(note))
    .map((note): Note => {
      return note.startSeconds < from ? { ...note, startSeconds: Math.min(note.startSeconds, latest) } : note;
    });
  if (outside.length === 0) {
    throw new TaskError("the piece has no notes outside the region", {
      code: "no-notes",
      hint: "leave some that the new ones can join",
    });
  }
  const room = Math.min(config.window, INFILL_IDS) - INFILL_FRAME;
  const middleIds = Math.min(MIDDLE_IDS, Math.ceil((to - from) * IDS_PER_SECOND));
  const parts = infillParts(outside, fromStep, toStep, room, vocabulary, middleIds);
  const heldKeys = outside
    .slice(0, parts.firstNote)
    .map(({ pitch, endSeconds }) => ({ pitch, end: quantize(endSeconds) - fromStep }))
    .filter(({ end }) => end > 0);
  return { parts, heldKeys, isInside };
}

/** The notes of the middle, in seconds of the piece. */
function newNotes(
  prefix: readonly number[],
  middle: readonly number[],
  fromSeconds: number,
  vocabulary: Vocabulary,
): Note[] {
  const decoder = new PerformanceDecoder(vocabulary);
  for (const id of prefix) decoder.push(id);
  const { onsets } = decoder;
  const moveSeconds = fromSeconds - decoder.step / STEPS_PER_SECOND;
  for (const id of middle) decoder.push(id);
  return shiftNotes(
    decoder.finish().filter(({ onset }) => onset >= onsets),
    moveSeconds,
  );
}
