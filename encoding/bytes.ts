/** Reads big-endian numbers and four-letter names from bytes, as in MIDI files; bytes beyond the end are read as 0. */

export function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

export function uint24(bytes: Uint8Array, offset: number): number {
  return (uint16(bytes, offset) << 8) | (bytes[offset + 2] ?? 0);
}

export function uint32(bytes: Uint8Array, offset: number): number {
  return uint16(bytes, offset) * 0x10000 + uint16(bytes, offset + 2);
}

/** The bytes from `offset` as characters: four of them, or as many as are left. */
export function fourLetters(bytes: Uint8Array, offset: number): string {
  if (offset + 4 > bytes.length) return String.fromCharCode(...bytes.subarray(offset));
  return String.fromCharCode(bytes[offset]!, bytes[offset + 1]!, bytes[offset + 2]!, bytes[offset + 3]!);
}

export function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
