/** Notes to loudspeakers, on time, through Tone.js. */
import { Gain, getContext, getTransport, immediate, Limiter, now, Sampler, start } from "tone";
import { STEPS_PER_SECOND } from "../../encoding/index.ts";
import type { NoteChange } from "../music/live-notes.ts";
import { pianoTone } from "./piano-tone.ts";
import { PIANO_PITCHES } from "../roll/geometry.ts";

/** What a player needs of the sound. */
export interface Sound {
  /** The time that is heard now, in seconds of the piece. */
  readonly seconds: number;
  /** Whether time goes on. */
  readonly isRunning: boolean;
  /** Called about ten times a second while time goes on, in background tabs too. */
  onTick: (() => void) | undefined;
  run(): void;
  /** Stops time where it is; what sounds dies away. */
  pause(): void;
  /** Silence, and back to the beginning with nothing scheduled. */
  reset(): void;
  /** Has a note begin or end at a time of the piece; at once where that has passed. */
  schedule(change: NoteChange, seconds: number): void;
}

/** Semitones between two tones that are computed; the others are these, played faster or slower. */
const TONE_SPACING = 4;
const TONE_RATE = 32_000;
/** How long a released note takes to die away. */
const RELEASE_SECONDS = 0.25;
const VOLUME = 0.5;

/** The piano. Must be called, for the first time, while a click or key is being handled: browsers keep silent before. */
export async function createSound(): Promise<Sound> {
  await start();
  return new PianoSound(new Sampler({ urls: await computeTones(), release: RELEASE_SECONDS }));
}

class PianoSound implements Sound {
  onTick: (() => void) | undefined;
  readonly #sampler: Sampler;
  readonly #transport = getTransport();

  constructor(sampler: Sampler) {
    this.#sampler = sampler;
    sampler.chain(new Gain(VOLUME), new Limiter(-3), getContext().destination);
    // A tick of the transport is a step of the encoding.
    this.#transport.bpm.value = 60;
    this.#transport.PPQ = STEPS_PER_SECOND;
  }

  get seconds(): number {
    return Math.max(0, this.#transport.getSecondsAtTime(immediate()));
  }

  get isRunning(): boolean {
    return this.#transport.state === "started";
  }

  run(): void {
    this.#transport.start();
  }

  pause(): void {
    this.#transport.pause();
    this.#sampler.releaseAll(now());
  }

  reset(): void {
    this.#transport.stop();
    this.#transport.cancel(0);
    this.#sampler.releaseAll(now());
    // Afterwards: within the callback Tone.js wants everything done at the callback's own time.
    this.#transport.scheduleRepeat(() => queueMicrotask(() => this.onTick?.()), "10i");
  }

  schedule(change: NoteChange, seconds: number): void {
    const tick = Math.round(seconds * STEPS_PER_SECOND);
    if (tick > this.#transport.ticks || (tick === 0 && !this.isRunning)) {
      this.#transport.scheduleOnce((time) => this.#play(change, time), `${tick}i`);
    } else {
      this.#play(change, now());
    }
  }

  #play({ kind, note }: NoteChange, time: number): void {
    const frequency = frequencyOf(note.pitch);
    if (kind === "NOTE_ON") this.#sampler.triggerAttack(frequency, time, loudness(note.velocity));
    else this.#sampler.triggerRelease(frequency, time);
  }
}

/** Audio buffers by pitch; the page may draw between two of them. */
async function computeTones(): Promise<Record<number, AudioBuffer>> {
  const tones: Record<number, AudioBuffer> = {};
  for (let pitch: number = PIANO_PITCHES.lowest; pitch <= PIANO_PITCHES.highest; pitch += TONE_SPACING) {
    const samples = pianoTone(frequencyOf(pitch), TONE_RATE);
    const buffer = getContext().createBuffer(1, samples.length, TONE_RATE);
    buffer.copyToChannel(samples, 0);
    tones[pitch] = buffer;
    await new Promise((resolve) => setTimeout(resolve));
  }
  return tones;
}

function frequencyOf(pitch: number): number {
  return 440 * 2 ** ((pitch - 69) / 12);
}

/** Amplitude grows as the square of MIDI velocity (Dannenberg 2006, "The interpretation of MIDI velocity"). */
function loudness(velocity: number): number {
  return (velocity / 127) ** 2;
}
