/** Lengths of MP3 files, told from their frames (ISO/IEC 11172-3, 2.4.2.3), and the beginnings of long ones. */

/** Of MPEG-1, layer III, in kbit/s, by the index in a frame's header. */
const BIT_RATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const SAMPLES_PER_FRAME = 1152;
/** Eleven ones, then "MPEG-1, layer III", without and with a checksum. */
const HEADERS: ReadonlySet<number> = new Set([0xfffb, 0xfffa]);

/**
 * The beginning of a recording, in whole frames.
 *
 * @param seconds how much of it, at least; all of it where it is shorter.
 * @throws RangeError for a file that does not begin with a frame of MPEG-1, layer III, where an ID3 tag may come before.
 */
export function shortenMp3(bytes: Uint8Array, seconds: number): Uint8Array {
  let at = tagLength(bytes);
  for (let played = 0; played < seconds && at < bytes.length;) {
    const frame = frameAt(bytes, at);
    // What follows the last frame is a tag, too.
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

/** Length of an ID3v2 tag at the beginning: seven bits of it in each of four bytes. */
function tagLength(bytes: Uint8Array): number {
  if (Buffer.from(bytes.subarray(0, 3)).toString("latin1") !== "ID3") return 0;
  return 10 + bytes.subarray(6, 10).reduce((length, byte) => (length << 7) | byte, 0);
}
