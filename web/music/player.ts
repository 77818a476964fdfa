import type { SamplingOptions } from "../../src/index.ts";
import type { MusicEngine } from "../../src/worker/protocol.ts";
import { LiveNotes } from "./live-notes.ts";
import type { Sound } from "../sound/sound.ts";
import { SpeedMeter } from "./speed-meter.ts";

/** "waiting": the model is not far enough ahead; "playing": music is heard; "idle": neither. */
export type PlayerState = "idle" | "waiting" | "playing";

/** Seconds of music that the model is ahead of the ear. */
const AHEAD = {
  /** Below this, time waits for the model: better a pause than a stutter. */
  least: 0.4,
  /** From here on, music is heard. */
  start: 3,
  /** Below this, a model that rests goes on. */
  refill: 8,
  /** Here the model may rest. */
  most: 12,
} as const;

/** Plays a piece while it is being written. */
export class Player {
  readonly #sound: Sound;
  readonly #onState: (state: PlayerState) => void;
  #state: PlayerState = "idle";
  #notes: LiveNotes | undefined;
  #speed = new SpeedMeter(0);
  #abort: AbortController | undefined;
  #goOn: (() => void) | undefined;

  constructor(sound: Sound, onState: (state: PlayerState) => void) {
    this.#sound = sound;
    this.#onState = onState;
    sound.onTick = () => this.#follow();
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** The piece as far as it is written; after `stop`, what there was. */
  get notes(): LiveNotes | undefined {
    return this.#notes;
  }

  /** Where the ear is. */
  get seconds(): number {
    return this.#sound.seconds;
  }

  get aheadSeconds(): number {
    return (this.#notes?.seconds ?? 0) - this.#sound.seconds;
  }

  get idsPerSecond(): number | undefined {
    return this.#speed.idsPerSecond;
  }

  /**
   * Plays a new piece without end; resolves when it is stopped.
   *
   * @throws what the model throws; the music has then stopped.
   */
  async play(model: MusicEngine, options: SamplingOptions): Promise<void> {
    this.stop();
    const { signal } = (this.#abort = new AbortController());
    const notes = new LiveNotes(model.vocabulary);
    this.#notes = notes;
    this.#speed = new SpeedMeter(IDS_IN_STORE);
    this.#sound.reset();
    this.#enter("waiting");
    try {
      for await (const event of model.continue(undefined, { ...options, signal })) {
        if (signal.aborted) return;
        this.#speed.count(performance.now());
        const change = notes.push(event);
        if (change) this.#sound.schedule(change, event.seconds);
        this.#follow();
        if (this.aheadSeconds >= AHEAD.most) await this.#rest(signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.stop();
      throw error;
    }
  }

  /** Silence. The notes stay, and so does the place where the music was. */
  stop(): void {
    if (this.#state === "idle") return;
    this.#abort?.abort();
    this.#goOn?.();
    this.#sound.pause();
    this.#enter("idle");
  }

  /** Lets time go on or wait, and the model too. */
  #follow(): void {
    const ahead = this.aheadSeconds;
    if (this.#state === "waiting" && ahead >= AHEAD.start) {
      this.#sound.run();
      this.#enter("playing");
    } else if (this.#state === "playing" && ahead < AHEAD.least) {
      this.#sound.pause();
      this.#enter("waiting");
    }
    if (ahead < AHEAD.refill) this.#goOn?.();
  }

  async #rest(signal: AbortSignal): Promise<void> {
    this.#speed.rest();
    await new Promise<void>((resolve) => {
      this.#goOn = resolve;
      if (signal.aborted) resolve();
    });
    this.#goOn = undefined;
  }

  #enter(state: PlayerState): void {
    this.#state = state;
    this.#onState(state);
  }
}

/** Ids that a worker may have in store after a rest; see `AHEAD` in src/worker/client.ts. */
const IDS_IN_STORE = 64;
