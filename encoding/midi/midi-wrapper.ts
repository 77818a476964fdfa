/** Standard MIDI Files inside of others: the RIFF wrapper of RP-029, and the MacBinary II wrapper of old Macintosh files. */
import { fourLetters, uint32 } from "../bytes.ts";
import type { DamageLog } from "./damage-log.ts";
import { MidiError } from "./midi-error.ts";

/** The MIDI file: it begins at `start` and ends at the end of `bytes`, so that offsets are those of the whole input. */
export interface Unwrapped {
  readonly bytes: Uint8Array;
  readonly start: number;
}

const RIFF_CHUNK_HEAD = 8;
/** The MacBinary header; the file's own bytes follow it. */
const MAC_HEADER = 128;
/** Where the header has the length of the file's own bytes; padding and the resource fork follow them. */
const MAC_LENGTH_AT = 83;

/** @throws MidiError for a RIFF wrapper without MIDI; for a MacBinary wrapper, unless `log` recovers. */
export function unwrap(input: Uint8Array, log: DamageLog): Unwrapped {
  if (fourLetters(input, 0) === "RIFF" && fourLetters(input, 8) === "RMID") return unwrapRiff(input);
  if (input[0] === 0 && fourLetters(input, MAC_HEADER) === "MThd") return unwrapMacBinary(input, log);
  return { bytes: input, start: 0 };
}

/** A RIFF RMID file holds a whole MIDI file in its `data` chunk. */
function unwrapRiff(bytes: Uint8Array): Unwrapped {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 12;
  while (offset + RIFF_CHUNK_HEAD <= bytes.length) {
    const length = view.getUint32(offset + 4, true);
    const start = offset + RIFF_CHUNK_HEAD;
    if (fourLetters(bytes, offset) === "data") return { bytes: bytes.subarray(0, start + length), start };
    offset = start + length + (length & 1);
  }
  throw new MidiError("RIFF RMID wrapper without a data chunk", {
    code: "not-midi",
    offset: 12,
    hint: "the file was cut or is another kind of RIFF file; export it again as a .mid file",
  });
}

function unwrapMacBinary(bytes: Uint8Array, log: DamageLog): Unwrapped {
  const found = "this is a MIDI file in a MacBinary wrapper, not a MIDI file by itself";
  const hint = "take the file out of the wrapper: unpack it, or remove its first 128 bytes";
  log.report({ code: "not-midi", offset: 0, found, hint }, "read from byte 128");
  const end = MAC_HEADER + uint32(bytes, MAC_LENGTH_AT);
  const isWhole = end > MAC_HEADER && end <= bytes.length;
  return { bytes: isWhole ? bytes.subarray(0, end) : bytes, start: MAC_HEADER };
}
