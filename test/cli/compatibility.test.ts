/** `--compatibility` in the commands that continue, complete or compare MIDI files. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { assembleScore, TASKS, writeMidi } from "../../encoding/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { runCli } from "./run-cli.ts";

let folder = "";
let piece = "";
let model = "";

/** One note-on without a note-off: note-seq leaves such a note out, Ostinato gives it an end. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-compatibility-"));
  model = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-model-")), {
    ...TINY_CONFIG,
    tasks: TASKS,
  });
  piece = join(folder, "piece.mid");
  const noteOn = { kind: "channel", tick: 0, status: 0x90, data1: 60, data2: 80 } as const;
  const track = { name: "", events: [noteOn], endTick: 480 };
  writeFileSync(piece, writeMidi(assembleScore({ kind: "quarter", ticksPerQuarter: 480 }, [track])));
});

function commands(): Record<string, string[]> {
  const out = join(mkdtempSync(join(tmpdir(), "ostinato-out-")), "out.mid");
  const common = ["--model", model, "--threads", "1", "--out", out];
  return {
    generate: ["generate", piece, "--seconds", "1", ...common],
    accompany: ["accompany", piece, ...common],
    infill: ["infill", piece, "--from", "1", "--to", "2", ...common],
    compare: ["compare", folder, folder, "--out", join(folder, "report.html")],
  };
}

describe("--compatibility", () => {
  it.each(["generate", "accompany", "infill", "compare"])(
    "applies to the files that %s reads",
    async (name) => {
      const parameters = commands()[name]!;
      expect(await runCli(parameters)).toMatchObject({ code: 0 });
      expect(await runCli([...parameters, "--compatibility", "anticipation"])).toMatchObject({ code: 0 });
      const noteSeq = await runCli([...parameters, "--compatibility", "note-seq"]);
      expect(noteSeq.code).toBe(1);
      expect(noteSeq.stderr).toMatch(/no .*notes/);
    },
  );

  it("of generate needs a primer", async () => {
    const { code, stderr } = await runCli(["generate", "--compatibility", "note-seq", "--out", "-"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--compatibility needs a primer");
  });
});
