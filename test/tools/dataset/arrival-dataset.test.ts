/** `ostinato dataset --vocabulary arrival`: windows of copies with controls. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { addNotes, scoreFromNotes, writeMidi } from "../../../encoding/index.ts";
import { runCli } from "../../cli/run-cli.ts";
import { goldenBytes } from "../../encoding/arrival/golden.ts";

let folder = "";
let out = "";

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), "ostinato-arrival-dataset-"));
  folder = join(base, "midi");
  out = join(base, "data");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.mid"), goldenBytes("12-band-of-six.mid"));
  writeFileSync(join(folder, "b.mid"), goldenBytes("14-slow-longer-than-100-seconds.mid"));
  writeFileSync(join(folder, "c.mid"), "no MIDI file");
});

interface Header {
  readonly vocabulary: { readonly name: string; readonly size: number; readonly ranges: readonly object[] };
  readonly startId: number | null;
  readonly startIds: readonly number[];
  readonly ids: number;
  readonly pieces: readonly { readonly path: string; readonly kind: string; readonly ids: number }[];
}

/** The windows of the dataset folder, as the trainer reads them. */
function readWindows(): { header: Header; windows: number[][] } {
  const header = JSON.parse(readFileSync(join(out, "dataset.json"), "utf8")) as Header;
  const ids = readFileSync(join(out, "ids.bin"));
  const index = readFileSync(join(out, "index.bin"));
  const offsets = Array.from({ length: index.length / 8 }, (_, i) => Number(index.readBigUInt64LE(8 * i)));
  const values = Array.from({ length: ids.length / 2 }, (_, i) => ids.readUInt16LE(2 * i));
  return { header, windows: offsets.slice(1).map((end, i) => values.slice(offsets[i], end)) };
}

const build = (...flags: string[]) =>
  runCli(["dataset", folder, "--out", out, "--vocabulary", "arrival", ...flags]);

describe("ostinato dataset --vocabulary arrival", () => {
  it("writes the windows of ten copies of each file by default", async () => {
    const { code, stdout, stderr } = await build("--json");
    expect(code).toBe(0);
    expect(stderr.match(/skipped c\.mid: /g)).toHaveLength(1);
    expect(JSON.parse(stdout).skipped).toHaveLength(1);
    const { header, windows } = readWindows();
    expect(header).toMatchObject({ startId: null, startIds: [55_026, 55_027], endId: null, padId: null });
    expect(header.vocabulary).toMatchObject({ name: "arrival-55028", size: 55_028 });
    expect(header.vocabulary.ranges[0]).toEqual({ name: "ONSET", first: 0, count: 10_000, minimum: 0 });
    expect(header.pieces.map(({ ids }) => ids)).toEqual(windows.map((ids) => ids.length));
    for (const ids of windows) expect(ids.length).toBeLessThanOrEqual(1024);
    const kinds = header.pieces.map(({ path, kind }) => `${path} ${kind}`);
    expect([...new Set(kinds)]).toEqual([
      "a.mid plain",
      "a.mid span-controls",
      "a.mid note-controls",
      "a.mid instrument-controls",
      "b.mid plain",
      "b.mid span-controls",
      "b.mid note-controls",
      "b.mid instrument-controls",
    ]);
    const flags = (wanted: string) =>
      new Set(windows.filter((_, index) => kinds[index] === wanted).map(([flag]) => flag));
    expect(flags("a.mid plain")).toEqual(new Set([55_026]));
    expect(flags("a.mid note-controls")).toEqual(new Set([55_027]));
    expect(flags("a.mid instrument-controls")).toEqual(new Set([55_027]));
  });

  it("writes plain windows only as one copy, and the same with each number of threads", async () => {
    const { stderr } = await build("--copies", "1", "--threads", "1");
    expect(stderr).toMatch(/4 windows, 1,?855 ids/);
    const { header, windows } = readWindows();
    expect(header.pieces.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      "a.mid plain",
      "a.mid plain",
      "b.mid plain",
      "b.mid plain",
    ]);
    await build("--copies", "1", "--threads", "3");
    expect(readWindows().windows).toEqual(windows);
  });

  it("takes the small vocabulary, and instruments for the tracks of a name", async () => {
    const song = addNotes(
      scoreFromNotes([{ pitch: 48, velocity: 80, startSeconds: 0, endSeconds: 1 }], "PIANO"),
      [{ pitch: 72, velocity: 80, startSeconds: 0.5, endSeconds: 1 }],
      "MELODY",
    );
    writeFileSync(join(folder, "song.mid"), writeMidi(song));
    const only = join(out, "../only.txt");
    writeFileSync(only, "song.mid\n");
    const flags = ["--vocabulary", "arrival-9772", "--part", "MELODY=flute", "--copies", "1"];
    expect((await runCli(["dataset", folder, "--out", out, ...flags, "--only", only])).code).toBe(0);
    const { header, windows } = readWindows();
    expect(header.vocabulary.size).toBe(9772);
    expect(windows).toEqual([[9770, 0, 4100, 4548, 50, 4050, 4828]]);
  });

  it("makes other controls with another seed", async () => {
    const windowsOf = async (seed: string): Promise<number[][]> => {
      await build("--copies", "4", "--seed", seed);
      return readWindows().windows;
    };
    const first = await windowsOf("1");
    expect(await windowsOf("1")).toEqual(first);
    expect(await windowsOf("2")).not.toEqual(first);
  });

  it.each([
    { flags: ["--part", "MELODY=flute"], says: /--part needs a vocabulary of arrival times/ },
    {
      flags: ["--vocabulary", "arrival-9772", "--part", "MELODY=viola"],
      says: /--part MELODY: arrival-9772 has no Viola — use one of its instruments: Acoustic Grand Piano, String/,
    },
    { flags: ["--part", "MELODY=zither"], says: /there is no instrument "zither"/ },
    { flags: ["--part", "MELODY=piano"], says: /"piano" must be one instrument, not several/ },
    { flags: ["--part", "MELODY"], says: /Must be the name of a track, "=" and an instrument/ },
    {
      flags: ["--vocabulary", "arrival", "--tasks", "infill"],
      says: /--tasks is not for a vocabulary of arrival/,
    },
    {
      flags: ["--copies", "2"],
      says: /--copies needs a vocabulary of arrival times — add --vocabulary arrival/,
    },
    { flags: ["--vocabulary", "performance-416", "--seed", "2"], says: /--seed needs --tasks/ },
    {
      flags: ["--vocabulary", "score2perf"],
      says: /Allowed choices are performance-416, arrival-55028, arrival-9772, arrival/,
    },
  ])("refuses $flags", async ({ flags, says }) => {
    const { code, stderr } = await runCli(["dataset", folder, "--out", out, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });
});
