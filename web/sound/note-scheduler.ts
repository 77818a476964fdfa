/** Look-ahead scheduler: reads the notes of a piece shortly before they sound, and gives each its audio time. */
import type { NoteEvent } from "../music/note.ts";
import type { Source } from "./sound.ts";
import type { TransportClock } from "./transport-clock.ts";

/** Minimum delay between the start of playback and the first note, for scheduling. */
const START_SECONDS = 0.03;
/** Notes are scheduled this much earlier than the look-ahead of Tone.js, so that a busy page causes no dropouts. */
const EARLIER_SECONDS = 0.05;
/** Notes later than this are delayed by a pause, to avoid dropouts. */
const MOST_LATE_SECONDS = 0.05;

/** Times of the audio context, in seconds. */
export interface AudioTimes {
  /** The current time. */
  readonly now: number;
  /** The current time plus the look-ahead of Tone.js. */
  readonly ahead: number;
}

/** Receives the notes. Times are of the audio context. */
export interface NoteOutput {
  play(event: NoteEvent, time: number): void;
  /** Ends all notes. */
  allNotesOff(time: number): void;
}

type Phase =
  | { readonly kind: "paused" }
  | {
      readonly kind: "running";
      /** Audio time of the start, which may lie ahead. */
      readonly startTime: number;
      /** Music before this time of the piece has been scheduled, and sounds until this audio time. */
      scheduledSeconds: number;
      scheduledTime: number;
    };

export class NoteScheduler {
  source: Source | undefined;
  readonly #clock: TransportClock;
  readonly #output: NoteOutput;
  readonly #times: AudioTimes;
  #phase: Phase = { kind: "paused" };

  constructor(clock: TransportClock, output: NoteOutput, times: AudioTimes) {
    this.#clock = clock;
    this.#output = output;
    this.#times = times;
  }

  get isRunning(): boolean {
    return this.#phase.kind === "running";
  }

  run(): void {
    const time = this.#times.now + START_SECONDS;
    const { seconds } = this.#clock;
    this.#clock.start(time);
    this.#clock.jump(seconds, time);
    this.#phase = { kind: "running", startTime: time, scheduledSeconds: seconds, scheduledTime: time };
    this.#chase(seconds, time);
    this.#scheduleAhead();
  }

  pause(): void {
    if (this.#phase.kind === "paused") return;
    // A pause before a scheduled start would not cancel it.
    this.#clock.pause(Math.max(this.#times.now, this.#phase.startTime));
    this.#phase = { kind: "paused" };
  }

  /** Moves the playback position after the look-ahead of Tone.js. */
  seek(seconds: number): void {
    const time = this.#times.ahead;
    this.#continueFrom(seconds, time);
    if (this.isRunning) this.#chase(seconds, time);
  }

  /** Schedules the notes of the look-ahead. Call it often during playback. */
  tick(): void {
    this.#recoverFromDelay();
    this.#scheduleAhead();
  }

  /** Schedules the jump from the end of the loop to its start, at an audio time. */
  restartLoop(time: number): void {
    const phase = this.#phase;
    const { loop } = this.#clock;
    if (phase.kind === "paused" || !loop || this.#recoverFromDelay()) return;
    this.#scheduleTo(loop.toSeconds, time);
    phase.scheduledSeconds = loop.fromSeconds;
    phase.scheduledTime = time;
    this.#output.allNotesOff(time);
    this.#chase(loop.fromSeconds, time);
  }

  /** Starts the notes that are held at the position where playback jumps to. */
  #chase(seconds: number, time: number): void {
    for (const event of this.source?.notesHeldAt(seconds) ?? []) this.#output.play(event, time);
  }

  #continueFrom(seconds: number, time: number): void {
    this.#clock.jump(seconds, time);
    if (this.#phase.kind === "paused") return;
    this.#phase.scheduledSeconds = seconds;
    this.#phase.scheduledTime = time;
  }

  /** After a delay of the page, continues from the current position. @returns whether notes were late. */
  #recoverFromDelay(): boolean {
    if (this.#phase.kind === "paused") return false;
    const { now } = this.#times;
    const isLate = now - this.#phase.scheduledTime > MOST_LATE_SECONDS;
    if (isLate) this.#continueFrom(this.#phase.scheduledSeconds, now + START_SECONDS);
    return isLate;
  }

  /** A change of tempo within the look-ahead is too short to be audible. */
  #scheduleAhead(): void {
    const time = this.#times.ahead + EARLIER_SECONDS;
    const seconds = this.#clock.secondsAt(time);
    // The transport jumps at the end of a loop only within its own look-ahead.
    const end = this.#clock.loop?.toSeconds ?? Infinity;
    this.#scheduleTo(Math.min(seconds, end), time - Math.max(0, seconds - end) / this.#clock.speed);
  }

  /** Schedules the notes up to a time of the piece, which sounds at `time` of the audio context. */
  #scheduleTo(to: number, time: number): void {
    const phase = this.#phase;
    if (phase.kind === "paused" || to <= phase.scheduledSeconds) return;
    for (const event of this.source?.noteEventsBetween(phase.scheduledSeconds, to) ?? [])
      this.#output.play(event, Math.max(this.#times.now, time - (to - event.seconds) / this.#clock.speed));
    phase.scheduledSeconds = to;
    phase.scheduledTime = time;
  }
}
