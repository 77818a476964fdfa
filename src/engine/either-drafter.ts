import { MODEL_KIND } from "./model-drafter.ts";
import type { Draft, Drafter, SamplesAhead } from "./speculation/index.ts";

/** Initial estimate of the acceptance rate. */
const FIRST_GUESS = 0.6;

/** Uses drafts of long repeats; without one, those of a model; and where these would cost more time than they save, those of short repeats. */
export class EitherDrafter implements Drafter {
  readonly #repeats: Drafter;
  readonly #model: Drafter;
  readonly #longRepeat: number;

  /**
   * @param repeats drafts without a model.
   * @param model a `ModelDrafter`.
   * @param longRepeat kind of the drafts of `repeats` from which on they are accepted as often as those of a model.
   */
  constructor(repeats: Drafter, model: Drafter, longRepeat: number) {
    this.#repeats = repeats;
    this.#model = model;
    this.#longRepeat = longRepeat;
  }

  idCost(kind: number): number {
    return this.#model.idCost?.(kind) ?? 0;
  }

  firstGuess(kind: number): number {
    return (kind === MODEL_KIND ? undefined : this.#repeats.firstGuess?.(kind)) ?? FIRST_GUESS;
  }

  start(ids: readonly number[]): void {
    this.#repeats.start(ids);
    this.#model.start(ids);
  }

  push(id: number): void {
    this.#repeats.push(id);
    this.#model.push(id);
  }

  async draft(mostOf: (kind: number) => number, ahead?: () => SamplesAhead): Promise<Draft> {
    const repeat = await this.#repeats.draft(mostOf, ahead);
    if (repeat.ids.length > 0 && repeat.kind >= this.#longRepeat) return repeat;
    const draft = await this.#model.draft(mostOf, ahead);
    return draft.ids.length > 0 ? draft : repeat;
  }
}
