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

/** The strongest frequency in a range, to half a hertz. */
export function peakBetween(samples: Float32Array, from: number, to: number, sampleRate: number): number {
  let [best, strongest] = [from, 0];
  for (let hertz = from; hertz <= to; hertz += 0.5) {
    const strength = strengthAt(samples, hertz, sampleRate);
    if (strength > strongest) [best, strongest] = [hertz, strength];
  }
  return best;
}

/** Root mean square. */
export function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}
