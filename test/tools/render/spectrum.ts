/** Spectra for tests. */

/** Amplitude of one frequency in samples under a Hann window (Goertzel, 1958). */
export function strengthAt(samples: Float32Array, hertz: number, sampleRate: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let [last, beforeLast] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    const windowed = sample * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length));
    [last, beforeLast] = [windowed + coefficient * last - beforeLast, last];
  }
  return Math.sqrt(last * last + beforeLast * beforeLast - coefficient * last * beforeLast) / samples.length;
}

/**
 * The strongest frequency in a range, to half a hertz. First in steps of half the width of a peak under the window, which
 * is four bins wide, then around the best of these.
 */
export function peakBetween(samples: Float32Array, from: number, to: number, sampleRate: number): number {
  const step = Math.max(0.5, (2 * sampleRate) / samples.length);
  const near = strongestOf(samples, { from, to, step }, sampleRate);
  const around = { from: Math.max(from, near - step), to: Math.min(to, near + step), step: 0.5 };
  return strongestOf(samples, around, sampleRate);
}

interface Frequencies {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function strongestOf(samples: Float32Array, { from, to, step }: Frequencies, sampleRate: number): number {
  let [best, strongest] = [from, 0];
  for (let hertz = from; hertz <= to; hertz += step) {
    const strength = strengthAt(samples, hertz, sampleRate);
    if (strength > strongest) [best, strongest] = [hertz, strength];
  }
  return best;
}

/** Root mean square. */
export function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}
