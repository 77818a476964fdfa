/** The piano of the page, through Tone.js: playback, and the notes of the user's input. */
import { Gain, getContext, getTransport, immediate, Limiter, now, start } from "tone";
import type { NoteEvent } from "../music/note.ts";
import { NoteScheduler } from "./note-scheduler.ts";
import { type SynthesizedSample, synthesizedSet } from "./sample-set.ts";
import type { Sound, Source, Span } from "./sound.ts";
import { TransportClock } from "./transport-clock.ts";
import { type SampleSet, Voices } from "./voices.ts";

export { synthesizeSamples } from "./sample-set.ts";

/** Called for every note event, `delay` seconds before it sounds. */
export type PlayListener = (event: NoteEvent, delay: number) => void;

const GATE_SECONDS = 0.06;

/** Creates the sound. Call it the first time in a click or key handler: browsers block audio before. */
export async function createSound(samples: Promise<readonly SynthesizedSample[]>): Promise<PianoSound> {
  // On iOS the music is to be heard also while the ringer is off.
  const audioSession: unknown = Reflect.get(navigator, "audioSession");
  if (audioSession instanceof Object) Reflect.set(audioSession, "type", "playback");
  await start();
  return new PianoSound(synthesizedSet(await samples));
}

export class PianoSound implements Sound {
  onTick: (() => void) | undefined;
  onSleep: (() => void) | undefined;
  onPlay: PlayListener | undefined;
  /** Called when sounding notes are cut off by a pause, a seek or the end of a loop, `delay` seconds before. */
  onAllNotesOff: ((delay: number) => void) | undefined;
  readonly #volume = new Gain(1);
  /** Closed while playback is paused: no voice sounds after a stop, even if it was started late. */
  readonly #gate = new Gain(0);
  readonly #voices: Voices;
  /** Voices of the user's input; independent of playback. */
  readonly #inputVoices: Voices;
  readonly #clock = new TransportClock(getTransport(), immediate);
  readonly #scheduler: NoteScheduler;
  #samples: SampleSet;

  constructor(samples: SampleSet) {
    this.#samples = samples;
    this.#voices = new Voices(samples, this.#gate);
    this.#inputVoices = new Voices(samples, this.#volume);
    this.#gate.connect(this.#volume);
    this.#volume.chain(new Gain(0.5), new Limiter(-3), getContext().destination);
    this.#scheduler = new NoteScheduler(
      this.#clock,
      {
        play: (event, time) => this.#play(event, time),
        allNotesOff: (time) => this.#allNotesOff(time),
      },
      {
        get now() {
          return immediate();
        },
        get ahead() {
          return now();
        },
      },
    );
    this.#listen();
  }

  get source(): Source | undefined {
    return this.#scheduler.source;
  }

  set source(source: Source | undefined) {
    this.#scheduler.source = source;
  }

  get seconds(): number {
    return this.#clock.seconds;
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
    this.#clock.speed = speed;
  }

  /** The looped time span. */
  set loop(loop: Span | undefined) {
    this.#clock.loop = loop;
  }

  /** Resumes the audio context if the browser has suspended it. Call it in a click or key handler. */
  async wake(): Promise<void> {
    await start();
  }

  run(): void {
    this.#gate.gain.cancelScheduledValues(immediate());
    this.#gate.gain.setValueAtTime(1, immediate());
    this.#scheduler.run();
  }

  pause(): void {
    this.#scheduler.pause();
    this.#silence();
  }

  seek(seconds: number): void {
    this.#silence();
    if (this.#scheduler.isRunning) this.#gate.gain.setValueAtTime(1, now());
    this.#scheduler.seek(seconds);
  }

  /** Note-on of the user's input. */
  press(pitch: number, velocity: number): void {
    this.#inputVoices.noteOn(pitch, velocity, immediate());
  }

  lift(pitch: number): void {
    this.#inputVoices.noteOff(pitch, immediate());
  }

  #listen(): void {
    // Not an event of the transport's timeline: events due right after a start may be skipped, and a repeating event is
    // scheduled by the one before.
    getContext().on("tick", () => {
      if (!this.#scheduler.isRunning) return;
      this.#scheduler.tick();
      this.onTick?.();
    });
    getTransport().on("loopStart", (time: number) => this.#scheduler.restartLoop(time));
    getContext().on("statechange", (state) => {
      if (state !== "running" && this.#scheduler.isRunning) this.onSleep?.();
    });
  }

  #play(event: NoteEvent, time: number): void {
    const { kind, note } = event;
    if (kind === "NOTE_ON") this.#voices.noteOn(note.pitch, note.velocity, time);
    else this.#voices.noteOff(note.pitch, time);
    this.onPlay?.(event, time - immediate());
  }

  #silence(): void {
    const time = immediate();
    this.#gate.gain.cancelScheduledValues(time);
    this.#gate.gain.rampTo(0, GATE_SECONDS, time);
    this.#voices.allNotesOff(now());
    this.onAllNotesOff?.(0);
  }

  #allNotesOff(time: number): void {
    this.#voices.allNotesOff(time);
    this.onAllNotesOff?.(time - immediate());
  }
}
