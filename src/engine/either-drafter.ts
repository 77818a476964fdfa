import type { Draft, Drafter, SamplesAhead } from "./speculation/index.ts";

/** From this kind on, `SuffixDrafter` found at least six ids again: then its drafts are as good as those of a model, and cost nothing. */
const LONG_REPEAT = 2;

/** Drafts of long repeats; elsewhere those of a model, and where those would cost more time than they save, those of short repeats. */
export class EitherDrafter implements Drafter {
  readonly #repeats: Drafter;
  readonly #model: Drafter;

  constructor(repeats: Drafter, model: Drafter) {
    this.#repeats = repeats;
    this.#model = model;
  }

  idCost(kind: number): number {
    return this.#model.idCost?.(kind) ?? 0;
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
    if (repeat.ids.length > 0 && repeat.kind >= LONG_REPEAT) return repeat;
    const draft = await this.#model.draft(mostOf, ahead);
    return draft.ids.length > 0 ? draft : repeat;
  }
}
