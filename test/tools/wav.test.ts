import { expect, it } from "vitest";
import { encodeWav } from "../../src/tools/wav.ts";

it("writes 16-bit stereo as RIFF WAVE", () => {
  const bytes = encodeWav([Float32Array.of(0, 1, -2), Float32Array.of(0.5, -1, 0)], 44_100);
  const header = [
    "52494646 30000000 57415645 666d7420 10000000 0100 0200", // RIFF, 48 bytes, WAVE, fmt, 16 bytes, PCM, 2 channels
    "44ac0000 10b10200 0400 1000", // 44100 a second, 176400 bytes a second, 4 bytes a frame, 16 bits
    "64617461 0c000000", // data, 12 bytes
  ].join("");
  const samples = "0000 0040 ff7f 0180 0180 0000";
  expect(Buffer.from(bytes).toString("hex")).toBe((header + samples).replaceAll(" ", ""));
});
