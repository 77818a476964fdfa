import { mkdtempSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  encodePerformance,
  type Note,
  PERFORMANCE_416,
  scoreFromNotes,
  writeMidi,
} from "../../../encoding/index.ts";
import { runCli } from "../../cli/run-cli.ts";

const START = 389;
const END = 390;

let folder = "";
let out = "";

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), "ostinato-dataset-"));
  folder = join(base, "midi");
  out = join(base, "data");
  mkdirSync(join(folder, "sub"), { recursive: true });
});

function scale(first: number, count: number): Note[] {
  return Array.from({ length: count }, (_, i) => ({
    pitch: first + i,
    velocity: 60 + i,
    startSeconds: 2 + i * 0.25,
    endSeconds: 2 + i * 0.25 + 0.2,
  }));
}

function writePiece(path: string, notes: readonly Note[]): void {
  writeFileSync(join(folder, path), writeMidi(scoreFromNotes(notes)));
}

/** The pieces of a dataset folder, as the trainer reads them. */
function readDataset(): {
  header: { vocabulary: object; pieces: { path: string; ids: number }[]; ids: number };
  pieces: number[][];
} {
  const header = JSON.parse(readFileSync(join(out, "dataset.json"), "utf8"));
  const ids = readFileSync(join(out, "ids.bin"));
  const index = readFileSync(join(out, "index.bin"));
  const offsets = Array.from({ length: index.length / 8 }, (_, i) => Number(index.readBigUInt64LE(8 * i)));
  const values = Array.from({ length: ids.length / 2 }, (_, i) => ids.readUInt16LE(2 * i));
  const pieces = offsets.slice(1).map((end, i) => values.slice(offsets[i], end));
  return { header, pieces };
}

describe("ostinato dataset", () => {
  it("accepts all file name extensions of MIDI files, in any case", async () => {
    for (const path of ["a.mid", "b.MIDI", "c.kar", "d.SMF", "sub/e.Rmi", "f.txt"])
      writePiece(path, scale(60, 3));
    const { code } = await runCli(["dataset", folder, "--out", out]);
    expect(code).toBe(0);
    const paths = readDataset().header.pieces.map(({ path }) => path);
    expect(paths).toEqual(["a.mid", "b.MIDI", "c.kar", "d.SMF", "sub/e.Rmi"]);
  });

  it("writes ids between START and END, their index and a header, in order of path", async () => {
    writePiece("b.mid", scale(60, 5));
    writePiece("sub/a.mid", scale(50, 3));
    const { code } = await runCli(["dataset", folder, "--out", out]);
    expect(code).toBe(0);
    const { header, pieces } = readDataset();
    const expected = [scale(60, 5), scale(50, 3)].map((notes) => {
      const trimmed = notes.map((note) => ({
        ...note,
        startSeconds: note.startSeconds - 2,
        endSeconds: note.endSeconds - 2,
      }));
      return [START, ...encodePerformance(trimmed, PERFORMANCE_416), END];
    });
    expect(pieces).toEqual(expected);
    expect(header.pieces.map((piece) => piece.path)).toEqual(["b.mid", "sub/a.mid"]);
    expect(header.pieces.map((piece) => piece.ids + 2)).toEqual(expected.map((ids) => ids.length));
    expect(header.ids).toBe(expected.flat().length);
    expect(readdirSync(out).sort()).toEqual(["dataset.json", "ids.bin", "index.bin"]);
  });

  it("omits damaged and empty files and reports each with the reason", async () => {
    writePiece("good.mid", scale(60, 4));
    writePiece("silent.mid", []);
    writeFileSync(join(folder, "text.mid"), "this is no MIDI file");
    const { code, stdout, stderr } = await runCli(["dataset", folder, "--out", out, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pieces: 1,
      skipped: [
        { path: "silent.mid", reason: expect.stringContaining("no notes") },
        { path: "text.mid", reason: expect.stringContaining('expected "MThd"') },
      ],
    });
    expect(stderr).toContain("skipped text.mid");
  });

  it("includes or omits the files of a list; a list with another file is an error", async () => {
    for (const name of ["a", "b", "c"]) writePiece(`${name}.mid`, scale(60, 3));
    const list = join(folder, "list.txt");
    writeFileSync(list, "a.mid\nc.mid\n");
    await runCli(["dataset", folder, "--out", out, "--only", list]);
    expect(readDataset().header.pieces.map((piece) => piece.path)).toEqual(["a.mid", "c.mid"]);
    await runCli(["dataset", folder, "--out", out, "--exclude", list]);
    expect(readDataset().header.pieces.map((piece) => piece.path)).toEqual(["b.mid"]);
    writeFileSync(list, "d.mid\n");
    const { code, stderr } = await runCli(["dataset", folder, "--out", out, "--exclude", list]);
    expect(code).toBe(1);
    expect(stderr).toContain('"d.mid"');
  });

  it("writes the same bytes with any number of threads", async () => {
    for (let i = 0; i < 40; i += 1) writePiece(`${i}.mid`, scale(30 + i, 3 + (i % 7)));
    await runCli(["dataset", folder, "--out", out, "--threads", "1"]);
    const one = readFileSync(join(out, "ids.bin"));
    await runCli(["dataset", folder, "--out", out, "--threads", "3"]);
    expect(readFileSync(join(out, "ids.bin")).equals(one)).toBe(true);
  });

  it("makes text datasets with a tokenizer", async () => {
    const tokenizer = join(folder, "tokenizer.json");
    writeFileSync(tokenizer, JSON.stringify(letterTokenizer()));
    writeFileSync(join(folder, "b.txt"), "abba");
    writeFileSync(join(folder, "c.txt"), "aéb");
    writeFileSync(join(folder, "a.txt"), "ab");
    const { code, stderr } = await runCli(["dataset", folder, "--out", out, "--tokenizer", tokenizer]);
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    expect(readDataset().pieces).toEqual([
      [2, 0, 1],
      [2, 0, 1, 1, 0],
      [2, 0, 3, 4, 1],
    ]);
    const { vocabulary } = readDataset().header;
    const tokensSha256 = "3fa8f1e05cf14d6cd7b09dde0771512aa9d8bd42078a3bb43661e93acc875baf";
    expect(vocabulary).toEqual({ name: "text", size: 5, ranges: [], tokensSha256 });
    expect(readDataset().header.pieces).toEqual([
      { path: "a.txt", kind: "plain", ids: 2, characters: 2, bytes: 2 },
      { path: "b.txt", kind: "plain", ids: 4, characters: 4, bytes: 4 },
      { path: "c.txt", kind: "plain", ids: 4, characters: 3, bytes: 4 },
    ]);
  });

  it("makes datasets of pairs, each file with its separator", async () => {
    const [tokenizer, fr, de] = ["tokenizer.json", "fr.tsv", "de.tsv"].map((name) => join(folder, name));
    writeFileSync(tokenizer!, JSON.stringify(letterTokenizer(["<to-fr>", "<to-de>"])));
    writeFileSync(fr!, "ab\tb\n");
    writeFileSync(de!, "b\ta\n");
    const separators = ["--separator", "<to-fr>", "--separator", "<to-de>"];
    const pairs = ["dataset", fr!, de!, "--pairs", "--tokenizer", tokenizer!, "--out", out];
    const { code, stderr } = await runCli([...pairs, ...separators]);
    expect(stderr).toContain("2 pairs, 11 ids, 4 of them targets; the longest pair has 6 ids");
    expect(code).toBe(0);
    expect(readDataset().pieces).toEqual([
      [2, 0, 1, 5, 1, 2],
      [2, 1, 6, 0, 2],
    ]);

    const one = await runCli([...pairs, "--separator", "<to-fr>"]);
    expect(one).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("2 files of pairs, and 1 --separator"),
    });
    const seeded = await runCli([...pairs, ...separators, "--seed", "1"]);
    expect(seeded).toMatchObject({ code: 2, stderr: expect.stringContaining("--pairs and --seed exclude") });
    writeFileSync(de!, "b a\n");
    const bad = await runCli([...pairs, ...separators]);
    expect(bad).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("de.tsv, line 1: a pair needs two"),
    });
  });

  it("fails without output when the folder has no files to encode", async () => {
    const { code, stderr } = await runCli(["dataset", folder, "--out", out]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: no \.mid/);
  });
});

/** A byte-level BPE of the letters a and b, the two bytes of é, `<|endoftext|>` and more special tokens, in the format of tokenizer.json. */
function letterTokenizer(more: readonly string[] = []): object {
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: "1.0",
    added_tokens: [
      { id: 2, content: "<|endoftext|>", ...special },
      ...more.map((content, index) => ({ id: 5 + index, content, ...special })),
    ],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: { a: 0, b: 1, "<|endoftext|>": 2, Ã: 3, "©": 4 }, merges: [] },
  };
}
