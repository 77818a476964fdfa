/** Where tones come from: computed at once, recorded ones over the network. */
import { getContext } from "tone";
import { PIANO_PITCHES } from "../roll/geometry.ts";
import { pianoTone, toneRate } from "./piano-tone.ts";
import { recordedNames } from "./recorded-names.ts";
import { frequencyOf, type Tones } from "./voices.ts";

/** Semitones between two tones that are computed. */
const COMPUTED_SPACING = 4;
const FADE_SECONDS = 1;
/** The recordings are of the eighth of sixteen dynamic layers, and as soft: this makes their peaks those of computed tones. */
const RECORDED_GAIN = 3;

interface ComputedTone {
  readonly pitch: number;
  readonly samples: Float32Array<ArrayBuffer>;
  readonly rate: number;
}

let computed: Promise<readonly ComputedTone[]> | undefined;

/** Computes a synthetic piano, for one use: some tens of milliseconds, with nothing to download. The page may draw meanwhile. */
export function prepareTones(): Promise<readonly ComputedTone[]> {
  computed ??= compute();
  return computed;
}

async function compute(): Promise<readonly ComputedTone[]> {
  const tones: ComputedTone[] = [];
  const { lowest, highest } = PIANO_PITCHES;
  for (let pitch: number = lowest; pitch <= highest; pitch += COMPUTED_SPACING) {
    const frequency = frequencyOf(pitch);
    const rate = toneRate(frequency);
    tones.push({ pitch, rate, samples: pianoTone(frequency, rate) });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return tones;
}

/** The synthetic piano. */
export async function computeTones(): Promise<Tones> {
  const tones: Record<number, AudioBuffer> = {};
  for (const { pitch, samples, rate } of await prepareTones()) {
    const buffer = getContext().createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    tones[pitch] = buffer;
  }
  computed = undefined;
  return { byPitch: tones, gain: 1 };
}

/**
 * A real piano: Salamander Grand Piano by Alexander Holm.
 *
 * @param folder address of the recordings.
 * @throws TypeError or Error when one cannot be had or decoded.
 */
export async function loadTones(folder: URL): Promise<Tones> {
  const tones: Record<number, AudioBuffer> = {};
  // One after the other: the model needs the network and the processor more.
  for (const [pitch, name] of recordedNames()) {
    const response = await fetch(new URL(name, folder));
    if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
    tones[pitch] = faded(await getContext().decodeAudioData(await response.arrayBuffer()));
  }
  return { byPitch: tones, gain: RECORDED_GAIN };
}

/** Has a recording that was cut off end in silence. */
function faded(recording: AudioBuffer): AudioBuffer {
  const end = new Float32Array(Math.min(recording.length, FADE_SECONDS * recording.sampleRate));
  const from = recording.length - end.length;
  for (let channel = 0; channel < recording.numberOfChannels; channel += 1) {
    // Of all samples the browser would make an array to be kept, and to be collected.
    recording.copyFromChannel(end, channel, from);
    for (let i = 0; i < end.length; i += 1) end[i] = (end[i]! * (end.length - i)) / end.length;
    recording.copyToChannel(end, channel, from);
  }
  return recording;
}
