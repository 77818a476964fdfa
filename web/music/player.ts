import { STEPS_PER_SECOND } from "../../encoding/index.ts";
import type { SamplingOptions } from "../../src/index.ts";
import { EVENTS_AHEAD, type MusicEngine } from "../../src/platform/browser/worker/index.ts";
import type { Sound } from "../sound/sound.ts";
import { Piece } from "./piece.ts";
import { SpeedMeter } from "./speed-meter.ts";

/** "waiting": the model is not far enough ahead; "playing": music is heard; "idle": neither. */
export type PlayerState = "idle" | "waiting" | "playing";

/** Who writes on, how, and how far. */
export interface Order {
  readonly model: Pick<MusicEngine, "continue">;
  readonly options: SamplingOptions;
  /** How long the piece is to be, in seconds; Infinity: no end. */
  readonly seconds: number;
}

/** Seconds of music that the model is ahead of the ear. */
const AHEAD = {
  /** Below this, time waits for the model: better a pause than a stutter. */
  least: 0.3,
  /** What is nearer than this to the ear stays when options change: some of it is on its way to the loudspeakers. */
  kept: 0.8,
  /** From here on, music is heard, if the model writes at least `FAST` times as quickly as one listens … */
  startFast: 0.45,
  /** … and from here on otherwise. */
  start: 3,
  /** Below this, a model that rests goes on. */
  refill: 8,
  /** Here the model may rest. */
  most: 12,
} as const;
const FAST = 2;

/** Plays a piece, and has the model write on ahead of the ear. */
export class Player {
  readonly #sound: Sound;
  readonly #onState: (state: PlayerState) => void;
  #state: PlayerState = "idle";
  #piece: Piece | undefined;
  #order: Order | undefined;
  #heardSeconds = 0;
  #speed = new SpeedMeter(0);
  #abort: AbortController | undefined;
  #goOn: (() => void) | undefined;
  /** When the model began to write, and what there was. */
  #writing: { readonly since: number; readonly from: number } | undefined;

  /** Told when the model fails; the music has then stopped. */
  onError: (error: unknown) => void = () => undefined;
  /** Told when something was written or taken back. */
  onChange: () => void = () => undefined;

  constructor(sound: Sound, onState: (state: PlayerState) => void) {
    this.#sound = sound;
    this.#onState = onState;
    sound.onTick = () => this.#follow();
    // The music stays where it is until the visitor wants it again: what wakes the sound is a press.
    sound.onSleep = () => this.stop();
  }

  get state(): PlayerState {
    return this.#state;
  }

  get piece(): Piece | undefined {
    return this.#piece;
  }

  /** Where the ear is. */
  get seconds(): number {
    return this.#sound.seconds;
  }

  /** How far the piece has been heard; what lies behind may still change. */
  get heardSeconds(): number {
    return Math.max(this.#heardSeconds, this.#state === "idle" ? 0 : this.seconds);
  }

  get aheadSeconds(): number {
    return (this.#piece?.seconds ?? 0) - this.#sound.seconds;
  }

  get idsPerSecond(): number | undefined {
    return this.#speed.idsPerSecond;
  }

  /** Whether there is more to be written than there is. */
  get isUnfinished(): boolean {
    return this.#order !== undefined && (this.#piece?.seconds ?? 0) < this.#order.seconds;
  }

  /**
   * Takes up another piece. What sounds goes on to sound in it where it is the same up to here.
   *
   * @param seconds where to be in it, and how far it counts as heard.
   * @param order how it goes on; what there is of it stays. Default: as the piece before.
   */
  open(piece: Piece, seconds: number, heardSeconds = seconds, order = this.#order): void {
    this.#stopWriting();
    this.#order = order;
    this.#piece = piece;
    this.#heardSeconds = heardSeconds;
    this.#sound.source = piece;
    if (seconds !== this.#sound.seconds) this.#sound.seek(seconds);
    this.#goAhead();
  }

  /** Says how the music goes on. What has not been heard yet, and the model wrote, is written anew. */
  order(order: Order): void {
    const isSameMusic = this.#order && isDeepEqual(this.#order, order);
    const before = this.#order;
    this.#order = order;
    if (isSameMusic || !this.#piece) return;
    const isOnlyLength = before && isDeepEqual({ ...before, seconds: 0 }, { ...order, seconds: 0 });
    this.#stopWriting();
    if (!isOnlyLength || this.#piece.seconds > order.seconds)
      this.#takeBack(isOnlyLength ? order.seconds : 0);
    this.#goAhead();
  }

  /** Goes on from where it was, or from the beginning if that was the end. */
  play(): void {
    if (this.#state !== "idle" || !this.#piece) return;
    if (!this.isUnfinished && this.aheadSeconds <= 0.05) this.#sound.seek(0);
    this.#enter("waiting");
    this.#goAhead();
  }

  /** Silence. The notes stay, and so does the place where the music was. */
  stop(): void {
    if (this.#state === "idle") return;
    this.#heardSeconds = this.heardSeconds;
    this.#stopWriting();
    this.#sound.pause();
    this.#enter("idle");
  }

  /** Goes to another place; time goes on there if it did here. */
  seek(seconds: number): void {
    this.#heardSeconds = this.heardSeconds;
    this.#sound.seek(Math.min(Math.max(0, seconds), this.#piece?.seconds ?? 0));
    this.#follow();
  }

  /** Forgets what has not been heard, from a time on; what the visitor gave stays. */
  #takeBack(fromSeconds: number): void {
    const piece = this.#piece;
    if (!piece) return;
    const kept = Math.max(fromSeconds, this.heardSeconds + (this.#state === "idle" ? 0 : AHEAD.kept));
    const length = Math.max(piece.keptLength, piece.lengthAt(kept));
    if (length < piece.ids.length || piece.isClosed) piece.truncate(length);
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
    const { keptLength: generatedFrom, generatedCount: randomStep } = piece;
    try {
      const options = { ...order.options, generatedFrom, randomStep, reuseBeyondWindow: true, signal };
      for await (const { id } of order.model.continue(piece.ids, options)) {
        if (signal.aborted) return;
        const { kind, value } = piece.vocabulary.event(id);
        if (kind === "TIME_SHIFT" && piece.seconds + value / STEPS_PER_SECOND >= order.seconds) {
          piece.close(order.seconds);
          break;
        }
        this.#speed.count(performance.now());
        piece.push(id);
        this.onChange();
        this.#follow();
        if (this.aheadSeconds >= AHEAD.most) await this.#rest(signal);
        if (signal.aborted) return;
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

  /** Lets time go on or wait, and the model too. */
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
    if (ahead < AHEAD.refill) this.#goOn?.();
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

/** The last strings ring on for a while. */
const TAIL_SECONDS = 1;

function isDeepEqual(a: Order, b: Order): boolean {
  return (
    a.model === b.model && a.seconds === b.seconds && JSON.stringify(a.options) === JSON.stringify(b.options)
  );
}
