/** Explains an event of a piece with the current settings. */
import type { ExplainOptions, Explanation } from "../../src/index.ts";
import type { ArrivalExplanation, WorkerBandModel } from "../../src/platform/browser/worker/index.ts";
import type { SettingValues } from "../controls/settings.ts";
import type { BandPiece } from "../music/band-piece.ts";
import { type Band, isBand } from "../music/music.ts";
import { placeOf } from "./band-places.ts";
import type { Piece } from "../music/piece.ts";

/** The part of a music model that explains. */
interface ExplainingModel {
  explain(ids: readonly number[], index: number, options: ExplainOptions): Promise<Explanation>;
}

/** The part of a model of several instruments that explains. */
type ExplainingBand = Band & Pick<WorkerBandModel, "explain">;

/** What an explanation has besides candidates. */
export type ExplainRequest = Pick<ExplainOptions, "attention" | "layers">;

/** Number of candidates in an explanation: enough that other notes are among them where the chosen one is unlikely. */
const CANDIDATES = 40;

export class Explainer {
  readonly #models: { load(): Promise<ExplainingModel | ExplainingBand> };
  readonly #settings: () => SettingValues | undefined;

  /** @param settings returns the current settings; undefined when a value is invalid. */
  constructor(
    models: { load(): Promise<ExplainingModel | ExplainingBand> },
    settings: () => SettingValues | undefined,
  ) {
    this.#models = models;
    this.#settings = settings;
  }

  /**
   * The explanation of an event of a piano piece, see `MusicModel.explain`.
   *
   * @throws RangeError when a setting is invalid; the errors of loading the model, and of the model.
   */
  async explain(piece: Piece, index: number, request: ExplainRequest): Promise<Explanation> {
    const model = await this.#models.load();
    if (isBand(model)) throw new TypeError("the music has not yet become that of the model");
    return model.explain(piece.ids.slice(0, index + 1), index, {
      ...this.#options,
      // Drift control applies to generated music only, not to the primer or to infilled music.
      driftControl: piece.originOf(index) === "generated",
      generatedFrom: piece.generatedFrom(index),
      candidates: CANDIDATES,
      ...request,
    });
  }

  /**
   * The explanation of a value of a note of several instruments, see `ArrivalModel.explain`.
   *
   * @param index of the value, see `placeOf`.
   * @throws as `explain`.
   */
  async explainBand(piece: BandPiece, index: number, request: ExplainRequest): Promise<ArrivalExplanation> {
    const model = await this.#models.load();
    if (!isBand(model)) throw new TypeError("the music has not yet become that of the model");
    return model.explain(placeOf(piece, index), {
      ...this.#options,
      candidates: CANDIDATES,
      ...request,
    });
  }

  get #options(): SettingValues["options"] {
    const settings = this.#settings();
    if (!settings) throw new RangeError("a setting is out of its range");
    return settings.options;
  }
}
