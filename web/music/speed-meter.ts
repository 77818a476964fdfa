/**
 * Measures ids per second while the page waits for the model. Buffered ids after a pause, and periods too short to time,
 * are not counted.
 */
export class SpeedMeter {
  readonly #inStore: number;
  #skip: number;
  #from: { readonly ids: number; readonly milliseconds: number } | undefined;
  #ids = 0;
  #idsPerSecond: number | undefined;

  /** @param inStore maximum number of buffered ids after a pause. */
  constructor(inStore: number) {
    this.#inStore = inStore;
    this.#skip = 1; // the first id includes the prefill of the prompt
  }

  /** Undefined until measured. */
  get idsPerSecond(): number | undefined {
    return this.#idsPerSecond;
  }

  /** Counts one id. @param milliseconds current time. */
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

  /** Call it when the page takes no ids for a while. */
  rest(): void {
    this.#skip = this.#inStore;
    this.#from = undefined;
  }
}

/** Minimum number of ids for a measurement. */
const MIN_IDS = 10;
