/** Accompanies and fills in music of several instruments. */
import { type ArrivalNote, arrivalSteps, VelocityEstimator } from "../../encoding/index.ts";
import type { GenerateTrackOptions } from "../../src/index.ts";
import type { ArrivalSetting } from "../../src/platform/browser/worker/index.ts";
import type { Span } from "../sound/sound.ts";
import { BandPiece } from "./band-piece.ts";
import { type Band, bandPieceOf } from "./music.ts";
import type { Origin } from "./note.ts";

const STEPS_PER_SECOND = 100;
const ORIGINS: readonly Origin[] = ["primer", "generated", "infilled"];

/** The primer with an accompaniment of any instruments. */
export async function accompanyBand(
  model: Band,
  piece: BandPiece,
  options: GenerateTrackOptions,
): Promise<BandPiece> {
  const controls = piece.arrivalNotes("primer");
  const endStep = Math.max(...controls.map(({ onsetStep, durationSteps }) => onsetStep + durationSteps));
  const notes = await newNotes(model, { prompt: [], controls, startStep: 0, endStep }, options);
  return bandPieceOf([
    ...controls.map((note) => [note, "primer"] as const),
    ...notes.map((note) => [note, "generated"] as const),
  ]);
}

/** The piece with the notes that begin in a region replaced by new ones of the same instruments. */
export async function infillBand(
  model: Band,
  piece: BandPiece,
  { fromSeconds, toSeconds }: Span,
  options: GenerateTrackOptions,
): Promise<BandPiece> {
  const [startStep, endStep] = [arrivalSteps(fromSeconds), arrivalSteps(toSeconds)];
  const kept = ORIGINS.flatMap((origin) =>
    piece.arrivalNotes(origin).map((note) => [note, origin] as const),
  ).filter(([{ onsetStep }]) => onsetStep < startStep || onsetStep >= endStep);
  const instruments = new Set(piece.instruments);
  const around = kept.map(([note]) => note);
  const setting = {
    prompt: around.filter(({ onsetStep }) => onsetStep < startStep),
    controls: around.filter(({ onsetStep }) => onsetStep >= endStep),
    startStep,
    endStep,
  };
  const notes = await newNotes(model, setting, { ...options, instruments });
  const result = bandPieceOf([...kept, ...notes.map((note) => [note, "infilled"] as const)]);
  if (piece.isClosed) result.close(piece.seconds);
  return result;
}

/** The generated notes, with velocities, which end with the region at the latest. */
async function newNotes(
  model: Band,
  setting: ArrivalSetting,
  { onProgress, ...options }: GenerateTrackOptions,
): Promise<ArrivalNote[]> {
  const { prompt, controls, startStep, endStep } = setting;
  const velocities = new VelocityEstimator([...prompt, ...controls]);
  const notes: ArrivalNote[] = [];
  const of = (endStep - startStep) / STEPS_PER_SECOND;
  let events = 0;
  for await (const { event } of model.events(setting, options)) {
    events += 1;
    onProgress?.({ events, seconds: (event.onsetStep - startStep) / STEPS_PER_SECOND, of });
    if (event.kind !== "note") continue;
    const durationSteps = Math.min(event.durationSteps, endStep - event.onsetStep);
    notes.push({ ...event, durationSteps, velocity: velocities.of(event).velocity });
  }
  return notes;
}
