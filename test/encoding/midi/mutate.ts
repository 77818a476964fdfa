/** Typical damage to files: flipped bits, changed bytes, cuts, and pieces repeated, moved or copied from another file. */

/** Bytes with a meaning in MIDI files, which do the most damage. */
const TELLING = [0, 1, 0x2f, 0x51, 0x7f, 0x80, 0x90, 0xb0, 0xc0, 0xf0, 0xf2, 0xf7, 0xf8, 0xff];

/** Applies one to eight faults to a copy of `bytes`; pieces may come from `other`. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: (limit: number) => number): Uint8Array {
  let mutated = Uint8Array.from(bytes);
  for (let faults = 1 + random(8); faults > 0; faults -= 1) mutated = damage(mutated, other, random);
  return mutated;
}

function damage(
  bytes: Uint8Array<ArrayBuffer>,
  other: Uint8Array,
  random: (limit: number) => number,
): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) return Uint8Array.from(other.subarray(0, random(64)));
  // Half of all faults are in the headers, where they have the largest effect.
  const at = random(2) === 0 ? random(Math.min(64, bytes.length)) : random(bytes.length);
  switch (random(7)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      bytes[at] = TELLING[random(TELLING.length)] ?? 0;
      return bytes;
    case 3:
      return bytes.slice(0, at);
    case 4: {
      const end = Math.min(bytes.length, at + random(300));
      return join(bytes.subarray(0, at), bytes.subarray(end));
    }
    case 5: {
      const from = random(bytes.length);
      return join(bytes.subarray(0, at), bytes.subarray(from, from + random(300)), bytes.subarray(at));
    }
    default: {
      const from = random(Math.max(1, other.length));
      return join(bytes.subarray(0, at), other.subarray(from, from + random(300)), bytes.subarray(at));
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
