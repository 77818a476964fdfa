/** The playback position: Tone's transport, in seconds of the piece. */
import type { Span } from "./sound.ts";

/** The part of Tone's transport that the clock uses. */
export interface Transport {
  /** Ticks per quarter note. */
  PPQ: number;
  readonly bpm: { value: number };
  loop: boolean;
  setLoopPoints(from: string, to: string): unknown;
  setTicksAtTime(ticks: number, time: number): unknown;
  getTicksAtTime(time: number): number;
  start(time: number): unknown;
  pause(time: number): unknown;
}

/** Ticks of the transport. Loops start and end on a tick; each tick costs time, so the rate is low. */
const TICKS_PER_SECOND = 20;

export class TransportClock {
  readonly #transport: Transport;
  readonly #audioTime: () => number;
  #speed = 1;
  #loop: { readonly given: Span; readonly onTicks: Span } | undefined;
  /**
   * A position that holds until an audio time. After a jump, the transport looks ahead, and counts from the target only
   * then. After a reading, it is a cache: read several times a frame, and the transport computes it slowly.
   */
  #known = { seconds: 0, untilTime: -Infinity };

  /** @param audioTime the current time of the audio context, as `immediate` of Tone.js. */
  constructor(transport: Transport, audioTime: () => number) {
    this.#transport = transport;
    this.#audioTime = audioTime;
    transport.PPQ = TICKS_PER_SECOND;
    transport.bpm.value = 60;
  }

  get seconds(): number {
    const time = this.#audioTime();
    if (time > this.#known.untilTime) this.#known = { seconds: this.secondsAt(time), untilTime: time };
    return this.#known.seconds;
  }

  /** The playback position at a time of the audio context. */
  secondsAt(time: number): number {
    return Math.max(0, this.#transport.getTicksAtTime(time) / TICKS_PER_SECOND);
  }

  get speed(): number {
    return this.#speed;
  }

  /** Playback speed, as a factor. */
  set speed(speed: number) {
    this.#speed = speed;
    this.#transport.bpm.value = 60 * speed;
  }

  /** The looped time span, which starts and ends on a tick. */
  get loop(): Span | undefined {
    return this.#loop?.onTicks;
  }

  set loop(given: Span | undefined) {
    if (given === this.#loop?.given) return;
    this.#loop = given && { given, onTicks: onTicks(given) };
    if (this.#loop) {
      const { fromSeconds, toSeconds } = this.#loop.onTicks;
      this.#transport.setLoopPoints(ticksOf(fromSeconds), ticksOf(toSeconds));
    }
    this.#transport.loop = given !== undefined;
  }

  /** Starts at a time of the audio context. */
  start(time: number): void {
    this.#transport.start(time);
  }

  /** Stops at a time of the audio context, not before that of a start. */
  pause(time: number): void {
    this.#transport.pause(time);
  }

  /** Moves the playback position at a time of the audio context. */
  jump(seconds: number, time: number): void {
    this.#transport.setTicksAtTime(seconds * TICKS_PER_SECOND, time);
    this.#known = { seconds, untilTime: time };
  }
}

/** Rounds a span to ticks; it keeps at least one. */
function onTicks({ fromSeconds, toSeconds }: Span): Span {
  const from = Math.round(fromSeconds * TICKS_PER_SECOND);
  const to = Math.max(from + 1, Math.round(toSeconds * TICKS_PER_SECOND));
  return { fromSeconds: from / TICKS_PER_SECOND, toSeconds: to / TICKS_PER_SECOND };
}

/** A time in Tone's notation. */
function ticksOf(seconds: number): string {
  return `${Math.round(seconds * TICKS_PER_SECOND)}i`;
}
