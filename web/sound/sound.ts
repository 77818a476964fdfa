/** Notes to loudspeakers, on time, through Tone.js. */
import { Gain, getContext, getTransport, immediate, Limiter, now, start } from "tone";
import type { NoteEvent } from "../music/note.ts";
import { computeSamples } from "./sample-set.ts";
import { type SampleSet, Voices } from "./voices.ts";

export { prepareSamples } from "./sample-set.ts";

/** Music to be played: asked for again and again, a moment before it is heard. */
export interface Source {
  /** The beginnings and ends of notes in `[from, to)`, in order. */
  noteEventsBetween(fromSeconds: number, toSeconds: number): readonly NoteEvent[];
}

export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** What a player needs of the sound. */
export interface Sound {
  source: Source | undefined;
  /** The time that is heard now, in seconds of the piece. */
  readonly seconds: number;
  /** Called twenty times a second while time goes on, in background tabs too. */
  onTick: (() => void) | undefined;
  /** Called when the browser or the machine has put the sound to sleep while time went on. */
  onSleep: (() => void) | undefined;
  run(): void;
  /** Silence, and time stops where it is. */
  pause(): void;
  /** Silence, and on to another time. */
  seek(seconds: number): void;
}

/** Told of every note that is played, `delay` seconds before it is heard. */
export type PlayListener = (change: NoteEvent, delay: number) => void;

/** From the decision to play to what is heard, at least: the notes are handed over before it. */
const START_SECONDS = 0.03;
/** Notes are handed over this much earlier than Tone.js looks ahead, so that a page that is busy is not heard. */
const EARLIER_SECONDS = 0.05;
/** What is later than this waits for a moment in which it can be heard in time: better a pause than a stutter. */
const MOST_LATE_SECONDS = 0.05;
/** Of the transport. Loops begin and end on one; what it does at each costs too much for there to be many. */
const TICKS_PER_SECOND = 20;
const GATE_SECONDS = 0.06;

/** The piano. Must be called, for the first time, while a click or key is being handled: browsers keep silent before. */
export async function createSound(): Promise<PianoSound> {
  await start();
  return new PianoSound(await computeSamples());
}

export class PianoSound implements Sound {
  source: Source | undefined;
  onTick: (() => void) | undefined;
  onSleep: (() => void) | undefined;
  onPlay: PlayListener | undefined;
  /** Told when what sounds is cut short: by a pause, a seek, the end of a loop. */
  onAllNotesOff: (() => void) | undefined;
  readonly #transport = getTransport();
  readonly #volume = new Gain(1);
  /** Shut while time stands still: no voice outlasts a stop, however late it was started. */
  readonly #gate = new Gain(0);
  readonly #voices: Voices;
  /** What the visitor plays; sounds whether time goes on or not. */
  readonly #inputVoices: Voices;
  #samples: SampleSet;
  #isRunning = false;
  #speed = 1;
  #loop: Span | undefined;
  /** Where time goes on from, and when: Tone.js looks ahead, and counts from there only then. */
  #seekTarget: { readonly seconds: number; readonly until: number } | undefined;

  /** The last answer of `seconds`. */
  #lastTime: { readonly time: number; readonly seconds: number } | undefined;

  /** When time went on last, or will. */
  #startTime = 0;
  /** What comes before it in the piece has been handed over, and is heard until then. */
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
    // Not an event of the transport's timeline: those that are due right after a start may be passed over, and what an event
    // that repeats itself is to do next hangs on the one before.
    getContext().on("tick", () => this.#schedule());
    this.#transport.on("loopStart", (time: number) => this.#restartLoop(time));
    getContext().on("statechange", (state) => {
      if (state !== "running" && this.#isRunning) this.onSleep?.();
    });
  }

  get seconds(): number {
    const time = immediate();
    if (this.#seekTarget && time < this.#seekTarget.until) return this.#seekTarget.seconds;
    // Asked for by everything that is drawn, several times in a moment; to the transport it is much work.
    if (time !== this.#lastTime?.time) this.#lastTime = { time, seconds: this.#secondsAt(time) };
    return this.#lastTime.seconds;
  }

  /** The samples in use; setting others lets what sounds ring on. */
  get samples(): SampleSet {
    return this.#samples;
  }

  set samples(samples: SampleSet) {
    this.#samples = samples;
    this.#voices.setSamples(samples);
    this.#inputVoices.setSamples(samples);
  }

  /** Loudness, 0–1. */
  set volume(volume: number) {
    this.#volume.gain.rampTo(volume ** 2, 0.05, immediate());
  }

  /** How many times as fast as written. */
  set speed(speed: number) {
    this.#speed = speed;
    this.#transport.bpm.value = 60 * speed;
  }

  /** What is played again and again. */
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

  /** Browsers may have put the sound to sleep; wakes it, in a press. */
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
    // A start that is still to come would not be undone by a pause before it.
    this.#transport.pause(Math.max(immediate(), this.#startTime));
    this.#silenceVoices();
  }

  seek(seconds: number): void {
    this.#silenceVoices();
    const at = now();
    if (this.#isRunning) this.#gate.gain.setValueAtTime(1, at);
    this.#continueFrom(seconds, at);
  }

  /** A key of the visitor's goes down. */
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

  /** Goes on from here where the page was too busy to hand over in time what was to be heard by now. */
  #recoverFromDelay(): boolean {
    const isLate = immediate() - this.#scheduledUntil > MOST_LATE_SECONDS;
    if (isLate) this.#continueFrom(this.#scheduledTo, immediate() + START_SECONDS);
    return isLate;
  }

  /** Hands over what is heard soon. What another tempo changes of it is too little to be noticed. */
  #scheduleAhead(): void {
    const time = now() + EARLIER_SECONDS;
    const seconds = this.#secondsAt(time);
    // At the end of a loop the transport turns back, but only as far ahead as it looks itself.
    const end = this.#loop ? loopTicks(this.#loop).to / TICKS_PER_SECOND : Infinity;
    this.#scheduleTo(Math.min(seconds, end), time - Math.max(0, seconds - end) / this.#speed);
  }

  /** The end of a loop is reached at a time, and its beginning follows. */
  #restartLoop(time: number): void {
    if (!this.#isRunning || !this.#loop || this.#recoverFromDelay()) return;
    const { from, to } = loopTicks(this.#loop);
    this.#scheduleTo(to / TICKS_PER_SECOND, time);
    this.#voices.allNotesOff(time);
    this.#scheduledTo = from / TICKS_PER_SECOND;
    this.#scheduledUntil = time;
    this.onAllNotesOff?.();
  }

  /** Plays what has not been played yet before a time of the piece, which is heard at a time of the audio context. */
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
