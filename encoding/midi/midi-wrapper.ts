/** Standard MIDI Files inside wrappers: RIFF (RP-029) and MacBinary II. */
import { fourLetters, uint32 } from "../bytes.ts";
import type { DamageLog } from "./damage-log.ts";
import { MidiError } from "./midi-error.ts";

/** A MIDI file from `start` to the end of `bytes`; offsets are those of the whole input. */
export interface Unwrapped {
  readonly bytes: Uint8Array;
  readonly start: number;
}

const RIFF_CHUNK_HEAD = 8;
/** Length of the MacBinary header in bytes; the data fork follows. */
const MAC_HEADER = 128;
/** Offset of the data fork's length in the header; padding and the resource fork follow the data fork. */
const MAC_LENGTH_AT = 83;

/** @throws MidiError for a RIFF wrapper without MIDI; without recovery, also for a MacBinary wrapper. */
export function unwrap(input: Uint8Array, log: DamageLog): Unwrapped {
  if (fourLetters(input, 0) === "RIFF" && fourLetters(input, 8) === "RMID") return unwrapRiff(input);
  if (input[0] === 0 && fourLetters(input, MAC_HEADER) === "MThd") return unwrapMacBinary(input, log);
  return { bytes: input, start: 0 };
}

/** A RIFF RMID file contains a whole MIDI file in its `data` chunk. */
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
