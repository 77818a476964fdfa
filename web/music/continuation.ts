/** What a model generates behind a piece of its kind. */
import { STEPS_PER_SECOND } from "../../encoding/index.ts";
import type { PageOptions } from "../controls/page-options.ts";
import type { MusicEngine } from "../../src/platform/browser/worker/index.ts";
import { BandPiece } from "./band-piece.ts";
import { type Band, isBand, type Music } from "./music.ts";

/** A model that continues music. */
export type Composer = Pick<MusicEngine, "continue"> | Band;

export interface ContinuationOptions {
  readonly options: PageOptions;
  /** Length of the new music, in seconds. Default: endless. */
  readonly seconds?: number | undefined;
  readonly signal: AbortSignal;
}

/** The next event. */
export interface Next {
  /** The time that it moves to; undefined if it moves none. */
  readonly seconds: number | undefined;
  /** Appends it to the piece. */
  push(): void;
}

/** The events behind the piece, which the caller appends. @throws the errors of the model. */
export async function* continuation(
  piece: Music,
  model: Composer,
  { options, seconds, signal }: ContinuationOptions,
): AsyncGenerator<Next, void> {
  const { generatedCount: randomStep } = piece;
  if (piece instanceof BandPiece) {
    if (!isBand(model)) return;
    const startStep = Math.round(piece.seconds * STEPS_PER_SECOND);
    const endStep = startStep + Math.round((seconds ?? Infinity) * STEPS_PER_SECOND);
    const setting = { prompt: piece.arrivalNotes(), controls: [], startStep, endStep };
    const { style: _style, density: _density, ending: _ending, ...sampling } = options;
    for await (const { event } of model.events(setting, { ...sampling, randomStep, signal }))
      yield { seconds: event.onsetStep / STEPS_PER_SECOND, push: () => piece.push(event) };
    return;
  }
  if (isBand(model)) return;
  const { keptLength: generatedFrom } = piece;
  const how = { ...options, seconds, generatedFrom, randomStep, reuseBeyondWindow: true, signal };
  for await (const { id } of model.continue(piece.ids, how)) {
    const steps = piece.vocabulary.steps(id);
    yield {
      seconds: steps > 0 ? piece.seconds + steps / STEPS_PER_SECOND : undefined,
      push: () => piece.push(id),
    };
  }
}
