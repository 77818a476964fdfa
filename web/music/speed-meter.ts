/**
 * Measures how many seconds of music come per second while the page waits for the model, as a moving average. Buffered
 * events after a pause are not counted.
 */
export class SpeedMeter {
  readonly #inStore: number;
  #skip: number;
  #last: { readonly milliseconds: number; readonly seconds: number } | undefined;
  #count = 0;
  /** Music and time of the last `MEMORY` or so. */
  #music = 0;
  #elapsed = 0;

  /** @param inStore maximum number of buffered events after a pause. */
  constructor(inStore: number) {
    this.#inStore = inStore;
    this.#skip = 1; // the first event includes the prefill of the prompt
  }

  /** Seconds of music per second; undefined until measured. */
  get timesRealTime(): number | undefined {
    return this.#count < MIN_EVENTS ? undefined : (1000 * this.#music) / Math.max(1, this.#elapsed);
  }

  /**
   * Counts one event.
   *
   * @param milliseconds current time.
   * @param seconds length of the music with it.
   */
  count(milliseconds: number, seconds: number): void {
    if (this.#skip > 0) {
      this.#skip -= 1;
      return;
    }
    const last = this.#last;
    this.#last = { milliseconds, seconds };
    if (!last) return;
    const elapsed = milliseconds - last.milliseconds;
    const fade = Math.exp(-elapsed / MEMORY);
    this.#elapsed = this.#elapsed * fade + elapsed;
    this.#music = this.#music * fade + seconds - last.seconds;
    this.#count += 1;
  }

  /** Call it when the page takes no events for a while. */
  rest(): void {
    this.#skip = this.#inStore;
    this.#last = undefined;
  }
}

/** Minimum number of events for a measurement. */
const MIN_EVENTS = 10;

/** Time constant of the average, in milliseconds of generation. */
const MEMORY = 4000;
