/**
 * The shuffle filter of HDF5 for elements of two bytes: the first bytes of all elements, then their second bytes. In the second byte
 * a 16-bit float has its sign, its exponent and two bits of its mantissa, which an entropy coder stores in two thirds of the space.
 */

/** The length of the file comes first: an unsigned little-endian number. */
const LENGTH_BYTES = 8;

/** The length of a file, then its bytes in their new order. */
export function shuffle(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shuffled = new Uint8Array(LENGTH_BYTES + bytes.length);
  new DataView(shuffled.buffer).setBigUint64(0, BigInt(bytes.length), true);
  let at = LENGTH_BYTES;
  for (const first of [0, 1]) {
    for (let i = first; i < bytes.length; i += 2) shuffled[at++] = bytes[i]!;
  }
  return shuffled;
}

/** Restores a file from the output of `shuffle`, part by part. The file is in memory once. */
export class Unshuffle {
  /** The bytes of the length so far. */
  #length = new Uint8Array();
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  /** The number of bytes so far, without the length. */
  #at = 0;

  /** @throws RangeError for a length that no memory has. */
  add(part: Uint8Array): void {
    let begin = 0;
    if (!this.#bytes) {
      begin = LENGTH_BYTES - this.#length.length;
      this.#length = Uint8Array.of(...this.#length, ...part.subarray(0, begin));
      if (this.#length.length < LENGTH_BYTES) return;
      this.#bytes = new Uint8Array(Number(new DataView(this.#length.buffer).getBigUint64(0, true)));
    }
    place(part.subarray(begin), this.#at, this.#bytes);
    this.#at += part.length - begin;
  }

  /** @throws RangeError for too few or too many bytes. */
  whole(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    if (bytes?.length === this.#at) return bytes;
    throw new RangeError(`${this.#at} bytes, not ${bytes?.length ?? "even their number"}`);
  }
}

/** Puts shuffled bytes, the first of which is number `from`, where they belong. */
function place(part: Uint8Array, from: number, bytes: Uint8Array): void {
  const firsts = Math.ceil(bytes.length / 2);
  const split = Math.min(part.length, Math.max(0, firsts - from));
  for (let i = 0; i < split; i += 1) bytes[2 * (from + i)] = part[i]!;
  for (let i = split; i < part.length; i += 1) bytes[2 * (from + i - firsts) + 1] = part[i]!;
}
