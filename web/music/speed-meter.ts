/**
 * Ids a second, over the stretches in which the page waits for the model. After a rest the model has ids in store, and
 * taking those says nothing about its speed; neither does a stretch too short to time.
 */
export class SpeedMeter {
  readonly #inStore: number;
  #skip: number;
  #from: { readonly ids: number; readonly milliseconds: number } | undefined;
  #ids = 0;
  #idsPerSecond: number | undefined;

  /** @param inStore ids that may be in store after a rest. */
  constructor(inStore: number) {
    this.#inStore = inStore;
    this.#skip = 1; // the first id takes as long as the prompt
  }

  /** Undefined until it has been measured. */
  get idsPerSecond(): number | undefined {
    return this.#idsPerSecond;
  }

  /** An id has come. */
  count(milliseconds: number): void {
    this.#ids += 1;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return;
    }
    this.#from ??= { ids: this.#ids, milliseconds };
    const ids = this.#ids - this.#from.ids;
    if (ids >= MIN_IDS)
      this.#idsPerSecond = (1000 * ids) / Math.max(1, milliseconds - this.#from.milliseconds);
  }

  /** The page takes no ids for a while. */
  rest(): void {
    this.#skip = this.#inStore;
    this.#from = undefined;
  }
}

/** Fewer ids are not worth a figure. */
const MIN_IDS = 10;
