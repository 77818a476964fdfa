/** Shortens MP3 files at frame boundaries (ISO/IEC 11172-3, 2.4.2.3). */

/** Bit rates of MPEG-1 layer III, in kbit/s, by the index in a frame header. */
const BIT_RATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const SAMPLES_PER_FRAME = 1152;
/** First two bytes of a frame: eleven sync bits, then "MPEG-1, layer III", without and with a checksum. */
const HEADERS: ReadonlySet<number> = new Set([0xfffb, 0xfffa]);

/**
 * The start of a recording, in whole frames.
 *
 * @param seconds minimum length; a shorter recording is returned whole.
 * @throws RangeError for a file that does not start with an MPEG-1 layer III frame, after an optional ID3 tag.
 */
export function shortenMp3(bytes: Uint8Array, seconds: number): Uint8Array {
  let at = tagLength(bytes);
  for (let played = 0; played < seconds && at < bytes.length;) {
    const frame = frameAt(bytes, at);
    // A tag may follow the last frame.
    if (!frame && played > 0) return bytes;
    if (!frame) throw new RangeError(`no MPEG-1 layer III frame at byte ${at}`);
    played += frame.seconds;
    at += frame.bytes;
  }
  return bytes.subarray(0, at);
}

function frameAt(bytes: Uint8Array, at: number): { bytes: number; seconds: number } | undefined {
  const [first = 0, second = 0, rates = 0] = bytes.subarray(at);
  const bitRate = BIT_RATES[rates >> 4];
  const sampleRate = SAMPLE_RATES[(rates >> 2) & 3];
  if (!HEADERS.has((first << 8) | second) || !bitRate || !sampleRate) return undefined;
  const padding = (rates >> 1) & 1;
  return {
    bytes: Math.floor((SAMPLES_PER_FRAME / 8) * ((1000 * bitRate) / sampleRate)) + padding,
    seconds: SAMPLES_PER_FRAME / sampleRate,
  };
}

/** Length in bytes of an ID3v2 tag at the start of the file: four bytes of seven bits each. */
function tagLength(bytes: Uint8Array): number {
  if (Buffer.from(bytes.subarray(0, 3)).toString("latin1") !== "ID3") return 0;
  return 10 + bytes.subarray(6, 10).reduce((length, byte) => (length << 7) | byte, 0);
}
