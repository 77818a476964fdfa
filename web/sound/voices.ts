/** Plays piano notes from samples, in real time and in rendered files. */
import { gainToDb, type InputNode, Sampler, type ToneAudioBuffer } from "tone";

/** Samples by recorded pitch. Other pitches use the nearest sample at a changed speed. */
export interface SampleSet {
  readonly byPitch: Readonly<Record<number, AudioBuffer | ToneAudioBuffer>>;
  /** Factor of the amplitude. */
  readonly gain: number;
}

/** Decay time of a damped string. */
const RELEASE_SECONDS = 0.35;
/** Highest pitch with a damper. Higher strings ring on, as on most grand pianos. */
const HIGHEST_DAMPED = 89;

export class Voices {
  readonly #destination: InputNode;
  #sampler: Sampler;
  /** Replaced samplers, kept until their last notes have decayed. */
  #former: Sampler[] = [];
  readonly #sounding = new Set<number>();

  constructor(samples: SampleSet, destination: InputNode) {
    this.#destination = destination;
    this.#sampler = this.#createSampler(samples);
  }

  /** Sets the samples for further notes. */
  setSamples(samples: SampleSet): void {
    this.#former = [...this.#former, this.#sampler];
    this.#sampler = this.#createSampler(samples);
  }

  /**
   * @param velocity 1–127.
   * @param time of the audio context, in seconds.
   */
  noteOn(pitch: number, velocity: number, time: number): void {
    if (this.#sounding.has(pitch)) this.#release(pitch, time);
    this.#sounding.add(pitch);
    this.#sampler.triggerAttack(frequencyOf(pitch), time, loudness(velocity));
  }

  /** Note-off. */
  noteOff(pitch: number, time: number): void {
    if (!this.#sounding.delete(pitch) || pitch > HIGHEST_DAMPED) return;
    this.#release(pitch, time);
  }

  allNotesOff(time: number): void {
    this.#sounding.clear();
    for (const sampler of [this.#sampler, ...this.#former]) sampler.releaseAll(time);
    this.#former = [];
  }

  #release(pitch: number, time: number): void {
    for (const sampler of [this.#sampler, ...this.#former]) sampler.triggerRelease(frequencyOf(pitch), time);
  }

  #createSampler(samples: SampleSet): Sampler {
    const sampler = new Sampler({ urls: { ...samples.byPitch }, release: RELEASE_SECONDS });
    sampler.volume.value = gainToDb(samples.gain);
    return sampler.connect(this.#destination);
  }
}

export function frequencyOf(pitch: number): number {
  return 440 * 2 ** ((pitch - 69) / 12);
}

/** Amplitude is proportional to the square of MIDI velocity (Dannenberg 2006, "The interpretation of MIDI velocity"). */
function loudness(velocity: number): number {
  return (velocity / 127) ** 2;
}
