/** Infilling of a region of a piece: converts the music around it to a prompt, and the generated notes to a track. */
import {
  encodeScore,
  INFILL_FRAME,
  INFILL_IDS,
  infillParts,
  LONGEST_REGION_SECONDS,
  MIDDLE_IDS,
  type Note,
  quantize,
  replaceNotes,
  type Score,
  STEPS_PER_SECOND,
} from "../../encoding/index.ts";
import { OptionError } from "../options.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
import type { RegionPrompt } from "./infill-task.ts";
import type { PerformanceEngine } from "./performance-engine.ts";
import { checkInstruments } from "./instruments.ts";
import { checkPort } from "./port.ts";
import { requireTask, TaskError } from "./task-error.ts";

export interface InfillOptions extends GenerateTrackOptions {
  /** Start of the region, in seconds of the file, rounded to 10 ms. */
  readonly fromSeconds: number;
  /** End of the region, at most 12 s after its start. */
  readonly toSeconds: number;
}

/** The ids of the middle that are reserved in the window, per second of the region. */
const IDS_PER_SECOND = 80;

/**
 * Replaces the notes of a region, percussion excepted. Everything else stays, also notes that begin before the region and sound in it.
 *
 * @throws TaskError when the model was not trained for it, or the piece has no notes outside the region; OptionError for an option out
 * of range; ChannelError when no channel is free for the new notes.
 */
export async function infill(
  engine: PerformanceEngine,
  piece: Score,
  { fromSeconds, toSeconds, port, ...options }: InfillOptions,
): Promise<GeneratedTrack> {
  requireTask(engine.config, "infill");
  checkPort(port);
  checkInstruments(options.instruments);
  const { fromStep, toStep } = checkedRegion(fromSeconds, toSeconds);
  const { region, isInside } = surroundings(piece, fromStep, toStep, engine);
  const { seed, events, notes } = await engine.infill(region, options);
  const removed = piece.notes.filter((note) => isInside(note) && !note.isPercussion);
  return {
    score: replaceNotes(piece, removed, notes, "Infill", { port }),
    seed,
    events,
    notes: notes.length,
    seconds: (toStep - fromStep) / STEPS_PER_SECOND,
  };
}

/** @throws OptionError for a region that is empty or longer than models are trained to fill. */
function checkedRegion(fromSeconds: number, toSeconds: number): { fromStep: number; toStep: number } {
  if (!(fromSeconds >= 0 && fromSeconds < Infinity)) {
    throw new OptionError(`fromSeconds must be 0 or more, got ${fromSeconds}`);
  }
  const [fromStep, toStep] = [quantize(fromSeconds), quantize(toSeconds)];
  if (!(toStep > fromStep)) {
    throw new OptionError(`toSeconds must be more than fromSeconds, got ${fromSeconds} to ${toSeconds}`);
  }
  if (toStep - fromStep > LONGEST_REGION_SECONDS * STEPS_PER_SECOND) {
    const long = (toStep - fromStep) / STEPS_PER_SECOND;
    throw new OptionError(
      `a region can be at most ${LONGEST_REGION_SECONDS} s long, this one lasts ${long} s`,
      {
        code: "out-of-range",
        hint: "infill it in several parts",
      },
    );
  }
  return { fromStep, toStep };
}

/** The prompt of a region, and which notes are replaced. */
function surroundings(
  piece: Score,
  fromStep: number,
  toStep: number,
  { config, vocabulary }: PerformanceEngine,
): { readonly region: RegionPrompt; readonly isInside: (note: Note) => boolean } {
  const [from, to] = [fromStep / STEPS_PER_SECOND, toStep / STEPS_PER_SECOND];
  const isInside = ({ startSeconds }: Note): boolean => startSeconds >= from && startSeconds < to;
  // The onset of a note just before the region must not be rounded into it.
  const latest = (fromStep - 1) / STEPS_PER_SECOND;
  const outside = encodeScore(piece, vocabulary)
    .notes.filter((note) => !isInside(note))
    .map((note): Note => {
      return note.startSeconds < from ? { ...note, startSeconds: Math.min(note.startSeconds, latest) } : note;
    });
  if (outside.length === 0) {
    throw new TaskError("the piece has no notes outside the region", {
      code: "no-notes",
      hint: "choose a shorter region",
    });
  }
  const maxIds = Math.min(config.window, INFILL_IDS) - INFILL_FRAME;
  const middleIds = Math.min(MIDDLE_IDS, Math.ceil((to - from) * IDS_PER_SECOND));
  const parts = infillParts(outside, fromStep, toStep, maxIds, vocabulary, middleIds);
  const heldKeys = outside
    .slice(0, parts.firstNote)
    .map(({ pitch, endSeconds }) => ({ pitch, end: quantize(endSeconds) - fromStep }))
    .filter(({ end }) => end > 0);
  return { region: { parts, fromStep, toStep, heldKeys }, isInside };
}
