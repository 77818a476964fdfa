import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { file, track } from "../encoding/midi/midi-bytes.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-inspect-"));
/** The track name `9B 33 31 6D 52 45 44`, whose first byte is CSI in Latin-1, and a note. */
const NAME = [0, 0xff, 0x03, 7, 0x9b, 0x33, 0x31, 0x6d, 0x52, 0x45, 0x44];
const NOTE = [0, 0x90, 60, 80, 100, 0x80, 60, 0];

function write(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, file(track(...NAME, ...NOTE)));
  return path;
}

describe("ostinato inspect, of a MIDI file", () => {
  it("escapes control characters in the name of a track", async () => {
    const { stdout } = await runCli(["inspect", write("c1.mid")]);
    expect(stdout).toContain(String.raw`track 0: "\u009b31mRED"; channel 0`);
    expect(stdout).not.toContain("\u009b");
  });

  it("prints JSON with escapes, whose value is the name", async () => {
    const { stdout } = await runCli(["inspect", write("c1.mid"), "--json"]);
    expect(stdout).toContain(String.raw`"name":"\u009b31mRED"`);
    expect(JSON.parse(stdout).tracks[0].name).toBe("\u009b31mRED");
  });

  it("escapes control characters in the path of an error, which stays one line", async () => {
    const { code, stderr } = await runCli(["inspect", join(folder, "no\u001b[2J\n\u009b.mid")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot read .*no\\u001b\[2J\\n\\u009b\.mid: it does not exist — .*\n$/);
  });

  it("escapes control characters in a usage error", async () => {
    const { code, stderr } = await runCli(["inspect", "--\u001b[2J"]);
    expect(code).toBe(2);
    expect(stderr).toContain(String.raw`unknown option '--\u001b[2J'`);
  });

  it.each(["song.kar", "song.SMF", "song.Midi", "song.RMI"])("reads %s", async (name) => {
    const { code, stdout } = await runCli(["inspect", write(name)]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("1 note") });
  });

  it.each(["folder/none.kar", "folder/none.SMF"])("does not treat %s as a model name", async (name) => {
    const { code, stderr } = await runCli(["inspect", name], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot read ${name}: it does not exist`);
  });
});
