/** Notes to loudspeakers, on time, through Tone.js. */
import { Gain, getContext, getTransport, immediate, Limiter, now, start } from "tone";
import { STEPS_PER_SECOND } from "../../encoding/index.ts";
import type { NoteChange } from "../music/piece.ts";
import { computeTones } from "./tones.ts";
import { type Tones, Voices } from "./voices.ts";

/** Music to be played: asked for again and again, a moment before it is heard. */
export interface Source {
  /** The beginnings and ends of notes in `[from, to)`, in order. */
  changesBetween(fromSeconds: number, toSeconds: number): readonly NoteChange[];
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
export type PlayListener = (change: NoteChange, delay: number) => void;

/** Two times that are the same may differ by this much. */
const EARLY_SECONDS = 0.001;
/** More than a start can make the clock pass over. */
const MOST_MISSED_SECONDS = 0.2;
/** Ticks between two looks ahead; a tick of the transport is a step of the encoding. */
const LOOK = 5;
const GATE_SECONDS = 0.06;
/**
 * From the decision to play to the first tick, at least. Tone.js would take its whole look-ahead of 0.1 s; it looks every
 * 0.05 s, so that this much is enough, and an answer comes sooner.
 */
const START_SECONDS = 0.06;
/**
 * The clock passes over what lies between that and its look-ahead. It may be no more than so many ticks: of the two looks
 * that are due next one must be left, or none would ever follow. Tone.js may take each for a tick too early.
 */
const MOST_PASSED_TICKS = LOOK - 2;

/** The piano. Must be called, for the first time, while a click or key is being handled: browsers keep silent before. */
export async function createSound(): Promise<PianoSound> {
  await start();
  return new PianoSound(await computeTones());
}

export class PianoSound implements Sound {
  source: Source | undefined;
  onTick: (() => void) | undefined;
  onSleep: (() => void) | undefined;
  onPlay: PlayListener | undefined;
  /** Told when what sounds is cut short: by a pause, a seek, the end of a loop. */
  onHush: (() => void) | undefined;
  readonly #transport = getTransport();
  readonly #volume = new Gain(1);
  /** Shut while time stands still: no voice outlasts a stop, however late it was started. */
  readonly #gate = new Gain(0);
  readonly #voices: Voices;
  /** What the visitor plays; sounds whether time goes on or not. */
  readonly #hands: Voices;
  #tones: Tones;
  #isRunning = false;
  #speed = 1;
  #loop: Span | undefined;
  /** Where time goes on from, and when: Tone.js looks ahead, and counts from there only then. */
  #sought: { readonly seconds: number; readonly until: number } | undefined;

  /** When time went on last, or will. */
  #startsAt = 0;
  /** What comes before it has been played. */
  #playedTo = 0;

  constructor(tones: Tones) {
    this.#tones = tones;
    this.#voices = new Voices(tones, this.#gate);
    this.#hands = new Voices(tones, this.#volume);
    this.#gate.connect(this.#volume);
    this.#volume.chain(new Gain(0.5), new Limiter(-3), getContext().destination);
    this.#transport.PPQ = STEPS_PER_SECOND;
    this.#transport.bpm.value = 60;
    this.#transport.scheduleRepeat((time) => this.#look(time), `${LOOK}i`, 0);
    this.#transport.on("loopStart", (time: number) => {
      this.#voices.silence(time);
      this.#playedTo = this.#loop?.fromSeconds ?? 0;
      this.onHush?.();
    });
    getContext().on("statechange", (state) => {
      if (state !== "running" && this.#isRunning) this.onSleep?.();
    });
  }

  get seconds(): number {
    if (this.#sought && immediate() < this.#sought.until) return this.#sought.seconds;
    return Math.max(0, this.#transport.getTicksAtTime(immediate()) / STEPS_PER_SECOND);
  }

  /** The tones in use; setting others lets what sounds ring on. */
  get tones(): Tones {
    return this.#tones;
  }

  set tones(tones: Tones) {
    this.#tones = tones;
    this.#voices.use(tones);
    this.#hands.use(tones);
  }

  /** Loudness, 0–1. */
  set volume(volume: number) {
    this.#volume.gain.rampTo(volume ** 2, 0.05);
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
      const tick = (seconds: number): number => LOOK * Math.round((seconds * STEPS_PER_SECOND) / LOOK);
      const from = tick(loop.fromSeconds);
      this.#transport.setLoopPoints(`${from}i`, `${Math.max(from + LOOK, tick(loop.toSeconds))}i`);
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
    const ticks = Math.round(this.seconds * STEPS_PER_SECOND);
    const at = immediate() + this.#startDelay();
    this.#startsAt = at;
    this.#goOnFrom(ticks, at);
    this.#transport.start(at, `${ticks}i`);
  }

  pause(): void {
    this.#isRunning = false;
    // A start that is still to come would not be undone by a pause before it.
    this.#transport.pause(Math.max(immediate(), this.#startsAt));
    this.#hush();
  }

  seek(seconds: number): void {
    this.#hush();
    if (this.#isRunning) this.#gate.gain.setValueAtTime(1, now());
    const ticks = Math.round(seconds * STEPS_PER_SECOND);
    this.#goOnFrom(ticks, now());
    this.#transport.ticks = ticks;
  }

  /** A key of the visitor's goes down. */
  press(pitch: number, velocity: number): void {
    this.#hands.strike(pitch, velocity, immediate());
  }

  lift(pitch: number): void {
    this.#hands.lift(pitch, immediate());
  }

  #startDelay(): number {
    const passed = MOST_PASSED_TICKS / (STEPS_PER_SECOND * this.#speed);
    return Math.max(START_SECONDS, getContext().lookAhead - passed);
  }

  #goOnFrom(ticks: number, at: number): void {
    this.#playedTo = ticks / STEPS_PER_SECOND;
    this.#sought = { seconds: this.#playedTo, until: at };
  }

  #hush(): void {
    const time = immediate();
    this.#gate.gain.cancelScheduledValues(time);
    this.#gate.gain.rampTo(0, GATE_SECONDS, time);
    this.#voices.silence(now());
    this.onHush?.();
  }

  /** Plays what comes within the next few ticks, at its exact time. */
  #look(time: number): void {
    // Ticks up to the moment of a pause may be reported after it.
    if (!this.#isRunning || (this.#sought && time < this.#sought.until - EARLY_SECONDS)) return;
    const here = Math.round(this.#transport.getTicksAtTime(time)) / STEPS_PER_SECOND;
    // The clock may pass over the ticks right after a start; they are made up for while there is time. A look that comes
    // twice finds nothing more to play.
    const from = here - this.#playedTo < MOST_MISSED_SECONDS ? this.#playedTo : here;
    const to = Math.max(from, here + LOOK / STEPS_PER_SECOND);
    this.#playedTo = to;
    for (const change of this.source?.changesBetween(from, to) ?? []) {
      const at = Math.max(immediate(), time + (change.seconds - here) / this.#speed);
      if (change.kind === "NOTE_ON") this.#voices.strike(change.note.pitch, change.note.velocity, at);
      else this.#voices.lift(change.note.pitch, at);
      this.onPlay?.(change, at - immediate());
    }
    // Afterwards: within the callback Tone.js wants everything done at the callback's own time.
    queueMicrotask(() => this.onTick?.());
  }
}
