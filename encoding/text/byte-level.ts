/**
 * GPT-2's byte-level alphabet: each byte is one printable character, so that a token is a string without spaces or control
 * characters (openai/gpt-2, `src/encoder.py`, `bytes_to_unicode`). Printable bytes of Latin-1 map to themselves, the others
 * in ascending order to U+0100, U+0101, …: a space is "Ġ".
 */

/** The character of each byte. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

const BYTES: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

/** The bytes of a token in the byte-level alphabet; undefined if a character is not in it. */
export function tokenBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length); // every character of the alphabet is one UTF-16 unit
  for (let i = 0; i < token.length; i += 1) {
    const byte = BYTES.get(token.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** A text in the byte-level alphabet. */
export function byteCharactersOf(text: string): string {
  if (PLAIN.test(text)) return text;
  let characters = "";
  for (const byte of new TextEncoder().encode(text)) characters += BYTE_CHARACTERS[byte] ?? "";
  return characters;
}

/** Printable ASCII characters are their own bytes. */
const PLAIN = /^[!-~]*$/;

function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad); // 0xad, the soft hyphen, is invisible
    if (isPrintable) return String.fromCharCode(byte);
    next += 1;
    return String.fromCharCode(next - 1);
  });
}
