import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { pitchName, readMidi, type Score, type ScoreNote } from "../../encoding/index.ts";
import { goldenBytes, readGolden } from "../encoding/arrival/golden.ts";
import { type Message, midiFile } from "../encoding/arrival/midi-file.ts";
import { runCli } from "./run-cli.ts";

interface WindowsFile {
  readonly vocabulary: string;
  readonly windows: readonly { readonly startStep: number; readonly ids: readonly number[] }[];
}

const GOLDEN = new URL("../encoding/arrival/golden/midi/", import.meta.url);
const BAND = readdirSync(GOLDEN).filter((name) => !name.startsWith("11-"));
const NINETEEN = "11-nineteen-instruments.mid";
/** Half a step, plus rounding errors of doubles. */
const TOLERANCE_SECONDS = 0.005 + 1e-9;

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-encode-arrival-"));
  file = join(folder, "in.mid");
  // A bass note at 1.12 s on track 0, a drum at 2.5 s on track 1.
  writeFileSync(
    file,
    midiFile(
      [
        [0xc0, 0, 32, 0],
        [0x90, 1120, 36, 80],
        [0x80, 1520, 36, 0],
      ],
      [
        [0x99, 2500, 38, 80],
        [0x89, 2750, 38, 0],
      ],
    ),
  );
});

async function encoded(stdin: Uint8Array, ...flags: string[]): Promise<WindowsFile> {
  const { stdout } = await runCli(["encode", "-", "--vocabulary", "arrival", ...flags], { stdin });
  return JSON.parse(stdout) as WindowsFile;
}

/** The notes by instrument and pitch, then by onset, then by length. */
function inKeyOrder({ notes }: Score): ScoreNote[] {
  const keyOf = ({ isPercussion, program, pitch }: ScoreNote): number =>
    (isPercussion ? 128 : program) * 128 + pitch;
  const lengthOf = ({ startSeconds, endSeconds }: ScoreNote): number => endSeconds - startSeconds;
  return notes.toSorted(
    (a, b) => keyOf(a) - keyOf(b) || a.startSeconds - b.startSeconds || lengthOf(a) - lengthOf(b),
  );
}

function text({ program, isPercussion, pitch, startSeconds, endSeconds }: ScoreNote): string {
  const times = `${startSeconds.toFixed(2)}–${endSeconds.toFixed(2)}`;
  return `${isPercussion ? "drums" : program} ${pitchName(pitch)} ${times}`;
}

/** The notes that a round trip through ids moves by more than half a step. */
async function notesOffByMore(bytes: Uint8Array): Promise<string[]> {
  const ids = await runCli(["encode", "-", "--vocabulary", "arrival-55028"], { stdin: bytes });
  const decoded = await runCli(["decode", "-", "--out", "-"], { stdin: ids.stdoutBytes });
  const [before, after] = [inKeyOrder(readMidi(bytes)), inKeyOrder(readMidi(decoded.stdoutBytes))];
  expect(after.length).toBe(before.length);
  return before.flatMap((note, index) => {
    const other = after[index]!;
    const startMoves = Math.abs(note.startSeconds - other.startSeconds);
    const lengths = [note, other].map(({ startSeconds, endSeconds }) => endSeconds - startSeconds);
    const lengthMoves = Math.abs(lengths[0]! - lengths[1]!);
    const isKept = startMoves <= TOLERANCE_SECONDS && lengthMoves <= TOLERANCE_SECONDS;
    return isKept ? [] : [`${text(note)} → ${text(other)}`];
  });
}

describe("ostinato encode --vocabulary arrival", () => {
  it("writes the windows of ids of all instruments, drums too", async () => {
    const { code, stdout, stderr } = await runCli(["encode", file, "--vocabulary", "arrival-55028"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      vocabulary: "arrival-55028",
      windows: [
        {
          startStep: 100,
          ids: [55026, 0, 10000, 27512, 12, 10040, 15132, 112, 10000, 27512, 150, 10025, 27422],
        },
      ],
    });
  });

  it("takes the short name of the vocabulary, and counts notes, ids and windows", async () => {
    const out = join(folder, "ids.json");
    const { stdout, stderr } = await runCli([
      "encode",
      file,
      "--vocabulary",
      "arrival",
      "--out",
      out,
      "--json",
    ]);
    expect(stderr).toBe(`${out}: 13 ids of 2 notes in 1 window\n`);
    expect(JSON.parse(stdout)).toEqual({
      out,
      vocabulary: "arrival-55028",
      ids: 13,
      notes: 2,
      windows: 1,
      drums: 0,
      droppedNotes: 0,
      trimmedSeconds: 0,
    });
  });

  it("writes readable events, with controls from the chosen tracks", async () => {
    const lines = async (...flags: string[]): Promise<string[]> =>
      (await runCli(["encode", file, "--vocabulary", "arrival", "--events", ...flags])).stdout.split("\n");
    expect(await lines()).toEqual([
      "window from 1.00 s",
      "1.00 s rest",
      "1.12 s C2 on Acoustic Bass for 0.40 s",
      "2.12 s rest",
      "2.50 s D2 on Drums for 0.25 s",
      "",
    ]);
    expect(await lines("--controls", "1")).toEqual([
      "window from 1.00 s, with controls",
      "2.50 s D2 on Drums for 0.25 s (control)",
      "1.00 s rest",
      "1.12 s C2 on Acoustic Bass for 0.40 s",
      "2.12 s rest",
      "",
    ]);
    expect(await lines("--tracks", "1", "--trim")).toEqual([
      "window from 0.00 s",
      "0.00 s D2 on Drums for 0.25 s",
      "",
    ]);
  });

  it.each(BAND.filter((name) => !name.startsWith("04-")))(
    "gives the authors' ids of %s with --compatibility anticipation",
    async (name) => {
      const { files } = readGolden<{ files: { file: string; padded: number[] }[] }>("encode.json");
      const { windows } = await encoded(goldenBytes(name), "--compatibility", "anticipation");
      // Onsets from the start of the piece, as in the golden ids.
      const ids = windows.flatMap(({ startStep, ids: [, ...triples] }) =>
        triples.map((id, index) => (index % 3 === 0 ? startStep + id : id)),
      );
      expect(ids).toEqual(files.find((each) => each.file === name)?.padded);
    },
  );

  it("writes the one-hot matrix of one window, and refuses that of several", async () => {
    const short = await runCli(["encode", file, "--vocabulary", "arrival", "--one-hot"]);
    expect(short.code).toBe(0);
    expect(short.stdoutBytes.subarray(10, 128).toString()).toContain("'shape': (13, 55028)");
    const stdin = goldenBytes("14-slow-longer-than-100-seconds.mid");
    const long = await runCli(["encode", "-", "--vocabulary", "arrival", "--one-hot"], { stdin });
    expect(long.code).toBe(1);
    expect(long.stderr).toBe(
      "error: the ids of arrival-55028 are divided into 2 windows, and --one-hot writes the matrix of one — " +
        "use a shorter file, or omit --one-hot\n",
    );
  });

  it("refuses controls for a vocabulary without them", async () => {
    const { code, stderr } = await runCli(["encode", file, "--controls", "1"]);
    expect(code).toBe(2);
    expect(stderr).toContain("performance-388 has none — add --vocabulary arrival");
  });
});

describe("ostinato decode of arrival times", () => {
  it("writes a track for each instrument, with its name, and drums on channel 10", async () => {
    const ids = await runCli(["encode", file, "--vocabulary", "arrival"]);
    const out = join(folder, "out.mid");
    const { stderr } = await runCli(["decode", "-", "--out", out], { stdin: ids.stdoutBytes });
    expect(stderr).toBe(`${out}: 2 notes of 13 ids\n`);
    const { tracks, notes } = readMidi(readFileSync(out));
    expect(tracks.map(({ name }) => name)).toEqual(["Acoustic Bass", "Drums"]);
    expect(
      notes.map(({ channel, program, pitch, startSeconds, endSeconds }) => [
        channel,
        program,
        pitch,
        startSeconds,
        endSeconds,
      ]),
    ).toEqual([
      [0, 32, 36, 1.12, 1.52],
      [9, 0, 38, 2.5, 2.75],
    ]);
  });

  /** Notes longer than 9.99 s, the longest duration with an id. No file has notes whose ends are exchanged: see below. */
  const MOVED: Readonly<Record<string, readonly string[]>> = {
    "06-long-notes-silences-unended.mid": [
      "0 E4 6.71–34.00 → 0 E4 6.71–16.70",
      "0 G4 7.20–17.20 → 0 G4 7.20–17.19",
      "0 G#4 18.00–33.00 → 0 G#4 18.00–27.99",
    ],
  };

  it.each(BAND)("keeps onset and length of the notes of %s within 5 ms", async (name) => {
    expect(await notesOffByMore(goldenBytes(name))).toEqual(MOVED[name] ?? []);
  });

  it("exchanges the ends of two notes of one pitch and instrument of which the second ends first", async () => {
    const channels = [0, 1].map((channel): Message[] => [
      [0xc0 | channel, 0, 32, 0],
      [0x90 | channel, 500 * channel, 36, 80],
      [0x80 | channel, 2000 - 1000 * channel, 36, 0],
    ]);
    expect(await notesOffByMore(midiFile(...channels))).toEqual([
      "32 C2 0.00–2.00 → 32 C2 0.00–1.00",
      "32 C2 0.50–1.00 → 32 C2 0.50–2.00",
    ]);
  });

  it("refuses more than 15 instruments besides drums", async () => {
    const ids = await runCli(["encode", "-", "--vocabulary", "arrival"], { stdin: goldenBytes(NINETEEN) });
    expect(ids.code).toBe(0);
    const { code, stderr } = await runCli(["decode", "-", "--out", "-"], { stdin: ids.stdoutBytes });
    expect(code).toBe(1);
    expect(stderr).toContain("instruments besides drums, and a MIDI file has channels for 15 — omit some");
  });

  it.each([
    {
      windows: [{ startStep: 0, ids: [55026, 1, 10000] }],
      says: "the ids end within a triple, after 2 of its 3 ids — give whole triples",
    },
    {
      windows: [{ startStep: 0, ids: [55026, 1, 2, 3] }],
      says: "ids 1, 2 and 3 at position 1 are not a triple: ONSET ONSET ONSET",
    },
    { windows: [{ startStep: -1, ids: [] }], says: '-: "startStep" of window 0 is -1' },
    { windows: [{ ids: [] }], says: '-: "startStep" of window 0 is missing' },
    {
      windows: [
        { startStep: 0, ids: [55026] },
        { startStep: 0, ids: [55026, 60_000] },
      ],
      says: '-: 60000 at position 1 of window 1 is not an id of "arrival-55028" (0 to 55027)',
    },
    { windows: [{ startStep: 0 }], says: '- has no "vocabulary" and "windows" with "ids"' },
    { windows: 7, says: '- has no "vocabulary" and "windows" with "ids"' },
  ])("refuses $windows", async ({ windows, says }) => {
    const stdin = new TextEncoder().encode(JSON.stringify({ vocabulary: "arrival-55028", windows }));
    const { code, stderr } = await runCli(["decode", "-", "--out", "-"], { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain(says);
  });
});
