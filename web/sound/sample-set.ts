/** Sets of piano samples: synthesized, or downloaded recordings. */
import { getContext } from "tone";
import { PIANO_PITCHES } from "../roll/geometry.ts";
import { pianoTone, toneRate } from "./piano-tone.ts";
import { recordedNames } from "./recorded-names.ts";
import { frequencyOf, type SampleSet } from "./voices.ts";

/** Semitones between synthesized samples. */
const SYNTHESIZED_SPACING = 4;
const FADE_SECONDS = 1;
/** The recordings are of the eighth of sixteen velocity layers. This gain gives them the peak of synthesized samples. */
const RECORDED_GAIN = 3;

export interface SynthesizedSample {
  readonly pitch: number;
  readonly samples: Float32Array<ArrayBuffer>;
  readonly rate: number;
}

/** Synthesizes the samples, in some tens of milliseconds. It yields to the event loop in between. */
export async function synthesizeSamples(): Promise<readonly SynthesizedSample[]> {
  const samples: SynthesizedSample[] = [];
  const { lowest, highest } = PIANO_PITCHES;
  for (let pitch: number = lowest; pitch <= highest; pitch += SYNTHESIZED_SPACING) {
    const frequency = frequencyOf(pitch);
    const rate = toneRate(frequency);
    samples.push({ pitch, rate, samples: pianoTone(frequency, rate) });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return samples;
}

/** The synthesized piano. */
export function synthesizedSet(synthesized: readonly SynthesizedSample[]): SampleSet {
  const byPitch: Record<number, AudioBuffer> = {};
  for (const { pitch, samples, rate } of synthesized) {
    const buffer = getContext().createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    byPitch[pitch] = buffer;
  }
  return { byPitch, gain: 1 };
}

/**
 * A real piano: Salamander Grand Piano by Alexander Holm.
 *
 * @param folder URL of the recordings.
 * @throws TypeError or Error when a recording cannot be downloaded or decoded.
 */
export async function loadSamples(folder: URL): Promise<SampleSet> {
  const byPitch: Record<number, AudioBuffer> = {};
  // Sequentially, because the model needs the network and the processor more.
  for (const [pitch, name] of recordedNames()) {
    const response = await fetch(new URL(name, folder));
    if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
    byPitch[pitch] = faded(await getContext().decodeAudioData(await response.arrayBuffer()));
  }
  return { byPitch, gain: RECORDED_GAIN };
}

/** Fades the end of a shortened recording. */
function faded(recording: AudioBuffer): AudioBuffer {
  const end = new Float32Array(Math.min(recording.length, FADE_SECONDS * recording.sampleRate));
  const from = recording.length - end.length;
  for (let channel = 0; channel < recording.numberOfChannels; channel += 1) {
    // `getChannelData` would allocate an array for the whole recording.
    recording.copyFromChannel(end, channel, from);
    for (let i = 0; i < end.length; i += 1) end[i] = (end[i]! * (end.length - i)) / end.length;
    recording.copyToChannel(end, channel, from);
  }
  return recording;
}
