/** Sound as a RIFF WAVE file: 16-bit PCM (Microsoft/IBM, "Multimedia Programming Interface", 1991). */

const HEADER_BYTES = 44;

/**
 * @param channels samples of each channel, ±1; more is clipped.
 * @returns the bytes of a `.wav` file.
 */
export function encodeWav(channels: readonly Float32Array[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const length = channels[0]?.length ?? 0;
  const frameBytes = 2 * channels.length;
  const bytes = new Uint8Array(HEADER_BYTES + length * frameBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string): void => {
    for (let i = 0; i < letters.length; i += 1) view.setUint8(at + i, letters.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true); // bits
  text(36, "data");
  view.setUint32(40, length * frameBytes, true);
  for (const [channel, samples] of channels.entries()) {
    for (let i = 0; i < length; i += 1) {
      const sample = Math.min(1, Math.max(-1, samples[i] ?? 0));
      view.setInt16(HEADER_BYTES + i * frameBytes + 2 * channel, Math.round(sample * 0x7fff), true);
    }
  }
  return bytes;
}
