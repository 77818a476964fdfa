/** RIFF WAVE files: 16-bit PCM (Microsoft/IBM, "Multimedia Programming Interface", 1991). */

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
/** Maximum size in bytes: the format has 32-bit lengths. */
const MAX_BYTES = 2 ** 32 - 1;

/** Maximum number of frames (one sample per channel) in a file. */
export function maxFrames(channels: number): number {
  return Math.floor((MAX_BYTES - HEADER_BYTES) / (SAMPLE_BYTES * channels));
}

/**
 * @param channels samples of each channel, −1 to 1; others are clipped.
 * @returns the bytes of a `.wav` file.
 */
export function encodeWav(channels: readonly Float32Array[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = wavHeader(channels[0]?.length ?? 0, channels.length, sampleRate);
  const samples = pcm16(channels);
  const bytes = new Uint8Array(header.length + samples.length);
  bytes.set(header);
  bytes.set(samples, header.length);
  return bytes;
}

/** The header of a file. @param frames number of frames that follow. */
export function wavHeader(frames: number, channels: number, sampleRate: number): Uint8Array<ArrayBuffer> {
  const frameBytes = SAMPLE_BYTES * channels;
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string): void => {
    for (let i = 0; i < letters.length; i += 1) view.setUint8(at + i, letters.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + frames * frameBytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * SAMPLE_BYTES, true);
  text(36, "data");
  view.setUint32(40, frames * frameBytes, true);
  return bytes;
}

/** Converts samples to interleaved 16-bit PCM. @param channels samples of each channel, −1 to 1; others are clipped. */
export function pcm16(channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const frameBytes = SAMPLE_BYTES * channels.length;
  const bytes = new Uint8Array((channels[0]?.length ?? 0) * frameBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, channel] of channels.entries()) {
    let at = SAMPLE_BYTES * index;
    for (const value of channel) {
      const sample = Math.min(1, Math.max(-1, value));
      view.setInt16(at, Math.round(sample * 0x7fff), true);
      at += frameBytes;
    }
  }
  return bytes;
}
