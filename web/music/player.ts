import type { PageOptions } from "../controls/page-options.ts";
import { EVENTS_AHEAD } from "../../src/platform/browser/worker/index.ts";
import type { Sound } from "../sound/sound.ts";
import { type Composer, continuation } from "./continuation.ts";
import type { Music } from "./music.ts";
import { SpeedMeter } from "./speed-meter.ts";

/** "waiting": the generated music does not reach far enough ahead; "playing": music sounds; "idle": neither. */
export type PlayerState = "idle" | "waiting" | "playing";

/** The model, its options and the length of the piece. */
export interface Order {
  readonly model: Composer;
  readonly options: PageOptions;
  /** Length of the piece in seconds; Infinity: endless. */
  readonly seconds: number;
}

/** Thresholds for the seconds of music between the playback position and the end of the generated music. */
const AHEAD = {
  /** Below this, playback pauses, to avoid dropouts. */
  least: 0.3,
  /** Music nearer than this is kept when options change: part of it is already scheduled. */
  kept: 0.8,
  /** Playback starts here if the model generates at least `FAST` times faster than real time. */
  startFast: 0.45,
  /** Otherwise playback starts here. */
  start: 3,
  /** Below this, a paused generation continues. */
  refill: 6,
  /** Here the generation pauses. */
  most: 9,
  /** Here it pauses while nothing is played. */
  mostIdle: 5,
} as const;
const FAST = 2;

/** Plays a piece while the model generates ahead of the playback position. */
export class Player {
  readonly #sound: Sound;
  readonly #onState: (state: PlayerState) => void;
  #state: PlayerState = "idle";
  #piece: Music | undefined;
  #order: Order | undefined;
  #heardSeconds = 0;
  #speed = new SpeedMeter(0);
  #abort: AbortController | undefined;
  #goOn: (() => void) | undefined;
  /** The piece that the model has ended. */
  #ended: Music | undefined;
  /** Start of the generation: time, and length of the piece. */
  #writing: { readonly since: number; readonly from: number } | undefined;

  /** Called when the model fails and playback has stopped. */
  onError: (error: unknown) => void = () => undefined;
  /** Called when music was added or removed. */
  onChange: () => void = () => undefined;

  constructor(sound: Sound, onState: (state: PlayerState) => void) {
    this.#sound = sound;
    this.#onState = onState;
    sound.onTick = () => this.#follow();
    // Playback stops: only a press can resume the audio context.
    sound.onSleep = () => this.stop();
  }

  get state(): PlayerState {
    return this.#state;
  }

  get piece(): Music | undefined {
    return this.#piece;
  }

  /** The playback position, in seconds of the piece. */
  get seconds(): number {
    return this.#sound.seconds;
  }

  /** End of the music that has been heard; later music may still change. */
  get heardSeconds(): number {
    return Math.max(this.#heardSeconds, this.#state === "idle" ? 0 : this.seconds);
  }

  get aheadSeconds(): number {
    return (this.#piece?.seconds ?? 0) - this.#sound.seconds;
  }

  /** Seconds of music that the model composes per second; undefined until measured. */
  get timesRealTime(): number | undefined {
    return this.#speed.timesRealTime;
  }

  /** Whether more music is to be generated. */
  get isUnfinished(): boolean {
    if (this.#piece && this.#ended === this.#piece) return false;
    return this.#order !== undefined && (this.#piece?.seconds ?? 0) < this.#order.seconds;
  }

  /**
   * Opens another piece. Notes that sound continue if the new piece contains them.
   *
   * @param seconds playback position; `heardSeconds` is the end of the music that has been heard.
   * @param order how to continue; existing music is kept. Default: as before.
   */
  open(piece: Music, seconds: number, heardSeconds = seconds, order = this.#order): void {
    this.#stopWriting();
    this.#ended = undefined;
    this.#order = order;
    this.#piece = piece;
    this.#heardSeconds = heardSeconds;
    this.#sound.source = piece;
    if (seconds !== this.#sound.seconds) this.#sound.seek(seconds);
    this.#goAhead();
  }

  /** Sets how to continue. Generated music that has not been heard is generated again. */
  order(order: Order): void {
    const isSameMusic = this.#order && isDeepEqual(this.#order, order);
    const before = this.#order;
    this.#order = order;
    if (isSameMusic || !this.#piece) return;
    const isOnlyLength = before && isDeepEqual({ ...before, seconds: 0 }, { ...order, seconds: 0 });
    this.#stopWriting();
    this.#ended = undefined;
    if (!isOnlyLength || this.#piece.seconds > order.seconds)
      this.#takeBack(isOnlyLength ? order.seconds : 0);
    this.#goAhead();
  }

  /** Continues at the playback position, or restarts at the end of the piece. */
  play(): void {
    if (this.#state !== "idle" || !this.#piece) return;
    if (!this.isUnfinished && this.aheadSeconds <= 0.05) this.#sound.seek(0);
    this.#enter("waiting");
    this.#goAhead();
  }

  /** Composes some seconds without playing them. */
  prepare(): void {
    if (this.#state === "idle" && !this.#abort && this.isUnfinished) void this.#write();
  }

  /** Stops playback and generation. The notes and the playback position are kept. */
  stop(): void {
    if (this.#state === "idle") {
      this.#stopWriting();
      return;
    }
    this.#heardSeconds = this.heardSeconds;
    this.#stopWriting();
    this.#sound.pause();
    this.#enter("idle");
  }

  /** Moves the playback position. Playback continues if it was running. */
  seek(seconds: number): void {
    this.#heardSeconds = this.heardSeconds;
    this.#sound.seek(Math.min(Math.max(0, seconds), this.#piece?.seconds ?? 0));
    this.#follow();
  }

  /** Removes generated music from a time on, if it has not been heard. */
  #takeBack(fromSeconds: number): void {
    const piece = this.#piece;
    if (!piece) return;
    const kept = Math.max(fromSeconds, this.heardSeconds + (this.#state === "idle" ? 0 : AHEAD.kept));
    const length = Math.max(piece.keptLength, piece.lengthAt(kept));
    if (length < piece.length || piece.isClosed) piece.truncate(length);
    this.onChange();
  }

  #goAhead(): void {
    if (this.#state === "idle") return;
    if (!this.#abort && this.isUnfinished) void this.#write();
    this.#follow();
  }

  async #write(): Promise<void> {
    const [piece, order] = [this.#piece, this.#order];
    if (!piece || !order) return;
    const { signal } = (this.#abort = new AbortController());
    this.#speed = new SpeedMeter(EVENTS_AHEAD);
    this.#writing = { since: performance.now(), from: piece.seconds };
    try {
      const { model, options } = order;
      const seconds = options.ending ? order.seconds - piece.seconds : undefined;
      for await (const next of continuation(piece, model, { options, seconds, signal })) {
        if (signal.aborted) return;
        if (next.seconds !== undefined && next.seconds >= order.seconds) {
          piece.close(order.seconds);
          break;
        }
        this.#speed.count(performance.now(), next.seconds ?? piece.seconds);
        next.push();
        this.onChange();
        this.#follow();
        if (this.aheadSeconds >= this.#mostAhead) await this.#rest(signal);
        if (signal.aborted) return;
      }
      if (options.ending) {
        piece.close(piece.seconds);
        this.#ended = piece;
      }
      this.#writing = undefined;
      this.onChange();
      this.#follow();
    } catch (error) {
      if (signal.aborted) return;
      this.stop();
      this.onError(error);
    }
  }

  #stopWriting(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#writing = undefined;
    this.#goOn?.();
  }

  /** Starts or pauses playback and generation by the thresholds in `AHEAD`. */
  #follow(): void {
    const ahead = this.aheadSeconds;
    const { isUnfinished } = this;
    if (this.#state === "waiting" && (!isUnfinished || ahead >= this.#startSeconds())) {
      this.#sound.run();
      this.#enter("playing");
    } else if (this.#state === "playing" && isUnfinished && ahead < AHEAD.least) {
      this.#sound.pause();
      this.#enter("waiting");
    } else if (this.#state === "playing" && !isUnfinished && ahead <= -TAIL_SECONDS) {
      this.stop();
    }
    if (ahead < (this.#state === "idle" ? AHEAD.mostIdle : AHEAD.refill)) this.#goOn?.();
  }

  get #mostAhead(): number {
    return this.#state === "idle" ? AHEAD.mostIdle : AHEAD.most;
  }

  #startSeconds(): number {
    if (!this.#writing) return AHEAD.start;
    const elapsed = Math.max(1, performance.now() - this.#writing.since) / 1000;
    const written = (this.#piece?.seconds ?? 0) - this.#writing.from;
    return written / elapsed >= FAST ? AHEAD.startFast : AHEAD.start;
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

/** Time for the last notes to decay. */
const TAIL_SECONDS = 1;

function isDeepEqual(a: Order, b: Order): boolean {
  return (
    a.model === b.model && a.seconds === b.seconds && JSON.stringify(a.options) === JSON.stringify(b.options)
  );
}
