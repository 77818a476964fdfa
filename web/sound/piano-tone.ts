/**
 * Synthesizes one note of a piano: a slightly stiff string as a sum of partials, of which the higher ones decay faster.
 * It is used until the recorded samples are loaded, and needs no download.
 */

/** Stiffness: partial n sounds at n·f·√(1 + B·n²) (Fletcher 1964, "Normal vibration frequencies of a stiff piano string"). */
const STIFFNESS = 0.0004;
/** Position of the hammer, as a fraction of the string; partials with a node there are not excited. */
const STRIKE_POINT = 1 / 8;
const MOST_PARTIALS = 14;
const ATTACK_SECONDS = 0.003;
const PEAK = 0.8;

/**
 * @param frequency fundamental, in hertz.
 * @returns mono samples, from silence to silence, at most ±0.8.
 */
export function pianoTone(frequency: number, sampleRate: number): Float32Array<ArrayBuffer> {
  const seconds = toneSeconds(frequency);
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  for (let n = 1; n <= MOST_PARTIALS; n += 1) {
    const partial = n * frequency * Math.sqrt(1 + STIFFNESS * n * n);
    if (partial > 0.45 * sampleRate) break;
    const amplitude = Math.abs(Math.sin(Math.PI * n * STRIKE_POINT)) / n ** brightness(frequency);
    // The sum of all partials has decayed by 60 dB at the end.
    addPartial(samples, amplitude, partial / sampleRate, (6.9 / seconds / sampleRate) * (1 + 0.35 * (n - 1)));
  }
  shape(samples, ATTACK_SECONDS * sampleRate);
  return samples;
}

/** Sample rate with ten samples for each period of the highest partial, up to a limit. */
export function toneRate(frequency: number): number {
  const highest = MOST_PARTIALS * frequency * Math.sqrt(1 + STIFFNESS * MOST_PARTIALS ** 2);
  return Math.min(32_000, Math.max(8_000, Math.ceil(10 * highest)));
}

/** Duration in seconds: 8 at the bottom of the keyboard, 1 at the top. */
function toneSeconds(frequency: number): number {
  return Math.min(8, Math.max(1, 8 - 1.05 * Math.log2(frequency / 27.5)));
}

/** Decrease of the amplitude of the partials; smaller for low strings. */
function brightness(frequency: number): number {
  return Math.min(2, 1 + 0.12 * Math.log2(frequency / 27.5));
}

/** Adds a decaying sine by rotating a point: two multiplications a sample instead of a sine. */
function addPartial(samples: Float32Array, amplitude: number, cycles: number, decay: number): void {
  const shrink = Math.exp(-decay);
  const cosine = Math.cos(2 * Math.PI * cycles) * shrink;
  const sine = Math.sin(2 * Math.PI * cycles) * shrink;
  let x = amplitude;
  let y = 0;
  for (let i = 0; i < samples.length; i += 1) {
    samples[i]! += y;
    const turned = x * cosine - y * sine;
    y = x * sine + y * cosine;
    x = turned;
  }
}

/** Fades both ends and normalizes the peak to `PEAK`. */
function shape(samples: Float32Array, ramp: number): void {
  let loudest = 0;
  for (let i = 0; i < samples.length; i += 1) {
    const value = samples[i]! * Math.min(1, i / ramp, (samples.length - 1 - i) / ramp);
    samples[i] = value;
    loudest = Math.max(loudest, Math.abs(value));
  }
  for (let i = 0; i < samples.length; i += 1) samples[i] = (samples[i]! * PEAK) / loudest;
}
