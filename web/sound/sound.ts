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

/** From the decision to play to what is heard, at least: the notes are handed over before it. */
const START_SECONDS = 0.03;
/** Notes are handed over this much earlier than Tone.js looks ahead, so that a page that is busy is not heard. */
const EARLIER_SECONDS = 0.05;
/** A loop has at least so many ticks; a tick of the transport is a step of the encoding. */
const SHORTEST_LOOP = 5;
const GATE_SECONDS = 0.06;

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
    // Not an event of the transport's timeline: those that are due right after a start may be passed over, and what an event
    // that repeats itself is to do next hangs on the one before.
    getContext().on("tick", () => this.#look());
    this.#transport.on("loopStart", (time: number) => this.#turn(time));
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
    const ticks = Math.round(this.seconds * STEPS_PER_SECOND);
    const at = immediate() + START_SECONDS;
    this.#startsAt = at;
    this.#goOnFrom(ticks, at);
    this.#transport.start(at, `${ticks}i`);
    this.#playAhead();
  }

  pause(): void {
    this.#isRunning = false;
    // A start that is still to come would not be undone by a pause before it.
    this.#transport.pause(Math.max(immediate(), this.#startsAt));
    this.#hush();
  }

  seek(seconds: number): void {
    this.#hush();
    const at = now();
    if (this.#isRunning) this.#gate.gain.setValueAtTime(1, at);
    const ticks = Math.round(seconds * STEPS_PER_SECOND);
    this.#goOnFrom(ticks, at);
    this.#transport.setTicksAtTime(ticks, at);
  }

  /** A key of the visitor's goes down. */
  press(pitch: number, velocity: number): void {
    this.#hands.strike(pitch, velocity, immediate());
  }

  lift(pitch: number): void {
    this.#hands.lift(pitch, immediate());
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

  #look(): void {
    if (!this.#isRunning) return;
    this.#playAhead();
    this.onTick?.();
  }

  /** Hands over what is heard soon. What another tempo changes of it is too little to be noticed. */
  #playAhead(): void {
    const time = now() + EARLIER_SECONDS;
    const end = this.#loop ? loopTicks(this.#loop).to : Infinity;
    const ticks = this.#transport.getTicksAtTime(time);
    // At the end of a loop the transport turns back, but only as far ahead as it looks itself.
    this.#playTo(Math.min(ticks, end), time - Math.max(0, ticks - end) / (STEPS_PER_SECOND * this.#speed));
  }

  /** The end of a loop is reached at a time, and its beginning follows. */
  #turn(time: number): void {
    if (!this.#isRunning || !this.#loop) return;
    const { from, to } = loopTicks(this.#loop);
    this.#playTo(to, time);
    this.#voices.silence(time);
    this.#playedTo = from / STEPS_PER_SECOND;
    this.onHush?.();
  }

  /** Plays what has not been played yet before a tick, which is heard at a time. */
  #playTo(tick: number, time: number): void {
    const to = tick / STEPS_PER_SECOND;
    if (to <= this.#playedTo) return;
    const timeOf = (seconds: number): number => time - (to - seconds) / this.#speed;
    for (const change of this.source?.changesBetween(this.#playedTo, to) ?? []) {
      const { kind, note, seconds } = change;
      const at = Math.max(immediate(), timeOf(seconds));
      // Where the page could not play for a while, what would be over by now is left out.
      const isOver = timeOf(note.endSeconds ?? Infinity) < immediate();
      if (kind === "NOTE_OFF") this.#voices.lift(note.pitch, at);
      else if (!isOver) this.#voices.strike(note.pitch, note.velocity, at);
      if (kind === "NOTE_OFF" || !isOver) this.onPlay?.(change, at - immediate());
    }
    this.#playedTo = to;
  }
}

function loopTicks({ fromSeconds, toSeconds }: Span): { readonly from: number; readonly to: number } {
  const from = Math.round(fromSeconds * STEPS_PER_SECOND);
  return { from, to: Math.max(from + SHORTEST_LOOP, Math.round(toSeconds * STEPS_PER_SECOND)) };
}
