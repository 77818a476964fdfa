/** Plays notes on time, through Tone.js. */
import { Gain, getContext, getTransport, immediate, Limiter, now, start } from "tone";
import type { NoteEvent } from "../music/note.ts";
import { computeSamples } from "./sample-set.ts";
import { type SampleSet, Voices } from "./voices.ts";

export { prepareSamples } from "./sample-set.ts";

/** A source of notes. It is read repeatedly, shortly before the notes sound. */
export interface Source {
  /** The note-ons and note-offs in `[from, to)`, in order. */
  noteEventsBetween(fromSeconds: number, toSeconds: number): readonly NoteEvent[];
}

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The part of the sound that the player uses. */
export interface Sound {
  source: Source | undefined;
  /** The playback position, in seconds of the piece. */
  readonly seconds: number;
  /** Called twenty times a second during playback, also in background tabs. */
  onTick: (() => void) | undefined;
  /** Called when the browser or the system has suspended the audio context during playback. */
  onSleep: (() => void) | undefined;
  run(): void;
  /** Stops all notes and holds the playback position. */
  pause(): void;
  /** Stops all notes and moves the playback position. */
  seek(seconds: number): void;
}

/** Called for every note event, `delay` seconds before it sounds. */
export type PlayListener = (change: NoteEvent, delay: number) => void;

/** Minimum delay between the start of playback and the first note, for scheduling. */
const START_SECONDS = 0.03;
/** Notes are scheduled this much earlier than the look-ahead of Tone.js, so that a busy page causes no dropouts. */
const EARLIER_SECONDS = 0.05;
/** Notes later than this are delayed by a pause, to avoid dropouts. */
const MOST_LATE_SECONDS = 0.05;
/** Ticks of the transport. Loops start and end on a tick; each tick costs time, so the rate is low. */
const TICKS_PER_SECOND = 20;
const GATE_SECONDS = 0.06;

/** Creates the sound. Call it the first time in a click or key handler: browsers block audio before. */
export async function createSound(): Promise<PianoSound> {
  await start();
  return new PianoSound(await computeSamples());
}

export class PianoSound implements Sound {
  source: Source | undefined;
  onTick: (() => void) | undefined;
  onSleep: (() => void) | undefined;
  onPlay: PlayListener | undefined;
  /** Called when sounding notes are cut off by a pause, a seek or the end of a loop. */
  onAllNotesOff: (() => void) | undefined;
  readonly #transport = getTransport();
  readonly #volume = new Gain(1);
  /** Closed while playback is paused: no voice sounds after a stop, even if it was started late. */
  readonly #gate = new Gain(0);
  readonly #voices: Voices;
  /** Voices of the user's input; independent of playback. */
  readonly #inputVoices: Voices;
  #samples: SampleSet;
  #isRunning = false;
  #speed = 1;
  #loop: Span | undefined;
  /** Target of a seek, and the time until it is valid: Tone.js looks ahead, and counts from the target only then. */
  #seekTarget: { readonly seconds: number; readonly until: number } | undefined;

  /** The last value of `seconds`. */
  #lastTime: { readonly time: number; readonly seconds: number } | undefined;

  /** Audio time of the last or the next start of playback. */
  #startTime = 0;
  /** Music before this time of the piece has been scheduled. */
  #scheduledTo = 0;
  #scheduledUntil = 0;

  constructor(samples: SampleSet) {
    this.#samples = samples;
    this.#voices = new Voices(samples, this.#gate);
    this.#inputVoices = new Voices(samples, this.#volume);
    this.#gate.connect(this.#volume);
    this.#volume.chain(new Gain(0.5), new Limiter(-3), getContext().destination);
    this.#transport.PPQ = TICKS_PER_SECOND;
    this.#transport.bpm.value = 60;
    // Not an event of the transport's timeline: events due right after a start may be skipped, and a repeating event is
    // scheduled by the one before.
    getContext().on("tick", () => this.#schedule());
    this.#transport.on("loopStart", (time: number) => this.#restartLoop(time));
    getContext().on("statechange", (state) => {
      if (state !== "running" && this.#isRunning) this.onSleep?.();
    });
  }

  get seconds(): number {
    const time = immediate();
    if (this.#seekTarget && time < this.#seekTarget.until) return this.#seekTarget.seconds;
    // Cached: read several times a frame, and the transport computes it slowly.
    if (time !== this.#lastTime?.time) this.#lastTime = { time, seconds: this.#secondsAt(time) };
    return this.#lastTime.seconds;
  }

  /** The samples in use. When they are replaced, sounding notes ring on. */
  get samples(): SampleSet {
    return this.#samples;
  }

  set samples(samples: SampleSet) {
    this.#samples = samples;
    this.#voices.setSamples(samples);
    this.#inputVoices.setSamples(samples);
  }

  /** Volume, 0–1. */
  set volume(volume: number) {
    this.#volume.gain.rampTo(volume ** 2, 0.05, immediate());
  }

  /** Playback speed, as a factor. */
  set speed(speed: number) {
    this.#speed = speed;
    this.#transport.bpm.value = 60 * speed;
  }

  /** The looped time span. */
  set loop(loop: Span | undefined) {
    if (loop === this.#loop) return;
    this.#loop = loop;
    if (loop) {
      const { from, to } = loopTicks(loop);
      this.#transport.setLoopPoints(`${from}i`, `${to}i`);
    }
    this.#transport.loop = loop !== undefined;
  }

  get loop(): Span | undefined {
    return this.#loop;
  }

  /** Resumes the audio context if the browser has suspended it. Call it in a click or key handler. */
  async wake(): Promise<void> {
    await start();
  }

  run(): void {
    this.#isRunning = true;
    this.#gate.gain.cancelScheduledValues(immediate());
    this.#gate.gain.setValueAtTime(1, immediate());
    const at = immediate() + START_SECONDS;
    this.#startTime = at;
    const { seconds } = this;
    this.#transport.start(at);
    this.#continueFrom(seconds, at);
    this.#scheduleAhead();
  }

  pause(): void {
    this.#isRunning = false;
    // A pause before a scheduled start would not cancel it.
    this.#transport.pause(Math.max(immediate(), this.#startTime));
    this.#silenceVoices();
  }

  seek(seconds: number): void {
    this.#silenceVoices();
    const at = now();
    if (this.#isRunning) this.#gate.gain.setValueAtTime(1, at);
    this.#continueFrom(seconds, at);
  }

  /** Note-on of the user's input. */
  press(pitch: number, velocity: number): void {
    this.#inputVoices.noteOn(pitch, velocity, immediate());
  }

  lift(pitch: number): void {
    this.#inputVoices.noteOff(pitch, immediate());
  }

  #continueFrom(seconds: number, at: number): void {
    this.#transport.setTicksAtTime(seconds * TICKS_PER_SECOND, at);
    this.#scheduledTo = seconds;
    this.#scheduledUntil = at;
    this.#seekTarget = { seconds, until: at };
    this.#lastTime = undefined;
  }

  #secondsAt(time: number): number {
    return Math.max(0, this.#transport.getTicksAtTime(time) / TICKS_PER_SECOND);
  }

  #silenceVoices(): void {
    const time = immediate();
    this.#gate.gain.cancelScheduledValues(time);
    this.#gate.gain.rampTo(0, GATE_SECONDS, time);
    this.#voices.allNotesOff(now());
    this.onAllNotesOff?.();
  }

  #schedule(): void {
    if (!this.#isRunning) return;
    this.#recoverFromDelay();
    this.#scheduleAhead();
    this.onTick?.();
  }

  /** After a delay of the page, continues from the current position. @returns whether notes were late. */
  #recoverFromDelay(): boolean {
    const isLate = immediate() - this.#scheduledUntil > MOST_LATE_SECONDS;
    if (isLate) this.#continueFrom(this.#scheduledTo, immediate() + START_SECONDS);
    return isLate;
  }

  /** Schedules the notes of the look-ahead. A change of tempo within it is too short to be audible. */
  #scheduleAhead(): void {
    const time = now() + EARLIER_SECONDS;
    const seconds = this.#secondsAt(time);
    // The transport jumps at the end of a loop only within its own look-ahead.
    const end = this.#loop ? loopTicks(this.#loop).to / TICKS_PER_SECOND : Infinity;
    this.#scheduleTo(Math.min(seconds, end), time - Math.max(0, seconds - end) / this.#speed);
  }

  /** Schedules the jump from the end of the loop to its start, at an audio time. */
  #restartLoop(time: number): void {
    if (!this.#isRunning || !this.#loop || this.#recoverFromDelay()) return;
    const { from, to } = loopTicks(this.#loop);
    this.#scheduleTo(to / TICKS_PER_SECOND, time);
    this.#voices.allNotesOff(time);
    this.#scheduledTo = from / TICKS_PER_SECOND;
    this.#scheduledUntil = time;
    this.onAllNotesOff?.();
  }

  /** Schedules the notes up to a time of the piece, which sounds at `time` of the audio context. */
  #scheduleTo(to: number, time: number): void {
    if (to <= this.#scheduledTo) return;
    for (const change of this.source?.noteEventsBetween(this.#scheduledTo, to) ?? []) {
      const { kind, note, seconds } = change;
      const at = Math.max(immediate(), time - (to - seconds) / this.#speed);
      if (kind === "NOTE_ON") this.#voices.noteOn(note.pitch, note.velocity, at);
      else this.#voices.noteOff(note.pitch, at);
      this.onPlay?.(change, at - immediate());
    }
    this.#scheduledTo = to;
    this.#scheduledUntil = time;
  }
}

function loopTicks({ fromSeconds, toSeconds }: Span): { readonly from: number; readonly to: number } {
  const from = Math.round(fromSeconds * TICKS_PER_SECOND);
  return { from, to: Math.max(from + 1, Math.round(toSeconds * TICKS_PER_SECOND)) };
}
