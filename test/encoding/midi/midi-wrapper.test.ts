import { describe, expect, it } from "vitest";
import { readMidi } from "../../../encoding/index.ts";
import { file, track, uint32 } from "./midi-bytes.ts";

const MIDI = file(track(0, 0x90, 60, 100, 100, 0x80, 60, 0));

/** The 128 bytes before the file: version 0, a name in 63 bytes, type and creator, lengths of the two forks. */
function macHeader(dataLength: number, resourceLength: number): number[] {
  const text = (value: string): number[] => [...new TextEncoder().encode(value)];
  const name = [9, ...text("Prelude 1"), ...new Uint8Array(54)];
  const beforeLengths = [0, ...name, 0, ...text("MidiTVOD"), ...new Uint8Array(83 - 73)].slice(0, 83);
  return [...beforeLengths, ...uint32(dataLength), ...uint32(resourceLength), ...new Uint8Array(37)];
}

describe("a MacBinary wrapper", () => {
  const resources = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const wrapped = Uint8Array.from([...macHeader(MIDI.length, 10), ...MIDI, ...resources]);

  it("is named in the error, with a hint", () => {
    expect(() => readMidi(wrapped)).toThrow(
      expect.objectContaining({
        code: "not-midi",
        message: "this is a MIDI file in a MacBinary wrapper, not a MIDI file by itself at byte 0",
        hint: "take the file out of the wrapper: unpack it, or remove its first 128 bytes",
        canRecover: true,
      }),
    );
  });

  it("is read with recovery, without the resource fork after the file", () => {
    const { notes, warnings } = readMidi(wrapped, { recover: true });
    expect(notes.map(({ pitch, startTick, endTick }) => [pitch, startTick, endTick])).toEqual([[60, 0, 100]]);
    expect(warnings).toEqual([
      "this is a MIDI file in a MacBinary wrapper, not a MIDI file by itself at byte 0: read from byte 128",
    ]);
  });

  it.each([0, 0xffffffff])("is read to the end of the input when it claims %i bytes", (length) => {
    const bytes = Uint8Array.from([...macHeader(length, 0), ...MIDI]);
    expect(readMidi(bytes, { recover: true }).notes).toHaveLength(1);
  });
});
