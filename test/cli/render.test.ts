import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BasicSoundBank } from "spessasynth_core";
import { beforeEach, describe, expect, it } from "vitest";
import { assembleScore, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { peakBetween } from "../tools/render/spectrum.ts";
import { runCli } from "./run-cli.ts";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-render-"));
  file = join(folder, "a4.mid");
  const a4 = [{ pitch: 69, velocity: 90, startSeconds: 0, endSeconds: 1 }];
  writeFileSync(file, writeMidi(scoreFromNotes(a4)));
});

describe("ostinato render", () => {
  it("writes A4 as a WAV file of 16 bits, 44.1 kHz and two channels", async () => {
    const out = join(folder, "a4.wav");
    const { code, stdout, stderr } = await runCli(["render", file, "--out", out, "--json"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/a4\.wav: 4\.0 s of sound, 1 note, peak -\d+\.\d dB; took/);
    const wav = readFileSync(out);
    expect(wav.toString("latin1", 0, 4)).toBe("RIFF");
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([
      1, 2, 44_100, 16,
    ]);
    const left = Float32Array.from({ length: 20_000 }, (_, i) => wav.readInt16LE(44 + 4 * (i + 4000)));
    expect(peakBetween(left, 300, 600, 44_100)).toBeCloseTo(440, -0.5);
    const facts = JSON.parse(stdout);
    expect(facts).toMatchObject({ out, seconds: 4, frames: 176_400, notes: 1, silentDrums: 0 });
    const loudest = Math.max(
      ...Array.from({ length: 88_200 }, (_, i) => Math.abs(wav.readInt16LE(44 + 2 * i))),
    );
    expect(facts.peak).toBeCloseTo(loudest / 0x7fff, 3);
    expect(readdirSync(folder).sort()).toEqual(["a4.mid", "a4.wav"]);
  });

  it("reads and writes pipes, to the same bytes", async () => {
    const out = join(folder, "a4.wav");
    expect((await runCli(["render", file, "--out", out, "--quiet"])).stderr).toBe("");
    const piped = await runCli(["render", "-", "--out", "-"], { stdin: readFileSync(file) });
    expect(piped.code).toBe(0);
    expect(piped.stdoutBytes.equals(readFileSync(out))).toBe(true);
  });

  it("renders with another sound font, and reports clipping", async () => {
    const font = join(folder, "saw.sf2");
    writeFileSync(font, new Uint8Array(BasicSoundBank.getSampleSoundBankFile()));
    const run = await runCli([
      "render",
      file,
      "--soundfont",
      font,
      "--gain",
      "30",
      "--out",
      join(folder, "o.wav"),
    ]);
    expect(run.code).toBe(0);
    const advice = /the loudest parts are clipped; --gain (-?\d+) avoids it/.exec(run.stderr);
    expect(advice).not.toBeNull();
    const again = ["render", file, "--soundfont", font, "--gain", advice?.[1] ?? ""];
    const { stderr } = await runCli([...again, "--out", join(folder, "o.wav")]);
    expect(stderr).not.toContain("clipped");
  });

  it("ends 3 s after the last note of a file that ends later, unless --keep-silence", async () => {
    const late = join(folder, "late.mid");
    const { division, tracks } = scoreFromNotes([
      { pitch: 69, velocity: 90, startSeconds: 0, endSeconds: 1 },
    ]);
    const ticksPerSecond = division.kind === "quarter" ? 2 * division.ticksPerQuarter : NaN;
    const longer = tracks.map((track) => ({ ...track, endTick: 10 * ticksPerSecond }));
    writeFileSync(late, writeMidi(assembleScore(division, longer)));
    const out = join(folder, "late.wav");
    const short = await runCli(["render", late, "--out", out, "--json"]);
    expect(JSON.parse(short.stdout)).toMatchObject({ seconds: 4, frames: 176_400 });
    expect(readFileSync(out)).toHaveLength(44 + 4 * 176_400);
    const whole = await runCli(["render", late, "--out", out, "--json", "--keep-silence"]);
    expect(JSON.parse(whole.stdout)).toMatchObject({ seconds: 13, frames: 573_300 });
  });

  it("reports errors, and writes nothing", async () => {
    const out = join(folder, "o.wav");
    const run = async (...more: string[]) => runCli(["render", ...more, "--out", out]);
    const none = await run(file, "--soundfont", file);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(
      /a4\.mid: it is not a sound font, or it is damaged .* — give a \.sf2, \.sf3 or \.dls file/,
    );
    const missing = await run(file, "--soundfont", join(folder, "none.sf2"));
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toMatch(/cannot read .*none\.sf2: it does not exist/);
    expect((await run(join(folder, "none.mid"))).code).toBe(1);
    expect((await run(file, "--gain", "loud")).code).toBe(2);
    expect((await runCli(["render", file, "--out", "-", "--json"])).code).toBe(2);
    expect((await runCli(["render", file])).code).toBe(2);
    expect(readdirSync(folder)).toEqual(["a4.mid"]);
  });
});
