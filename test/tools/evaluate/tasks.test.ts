import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decodePerformance,
  type Note,
  PERFORMANCE_416,
  scoreFromNotes,
  TASKS,
  writeMidi,
} from "../../../encoding/index.ts";
import { accompanyCases, infillCases, nllByContext, scoreCase } from "../../../src/tools/evaluate/tasks.ts";
import type { MusicModel } from "../../../src/index.ts";
import { runCli } from "../../cli/run-cli.ts";
import { tinyPiano } from "../../music/tiny-piano.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../../tiny-checkpoint.ts";

const vocabulary = PERFORMANCE_416;
const [MELODY, ACCOMPANIMENT, SUFFIX, PREFIX, MIDDLE] = [391, 392, 393, 394, 395];
let piano: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano();
});

afterAll(() => piano.dispose());

/** Two voices at least an octave apart; each key has its own melody. */
function piece(seconds: number, key: number): Note[] {
  const hand = (pitch: number, every: number): Note[] =>
    Array.from({ length: Math.floor(seconds / every) }, (_, i) => ({
      pitch: pitch + ((i * (5 + key)) % 12),
      velocity: 40 + ((i * 7) % 60),
      startSeconds: i * every,
      endSeconds: (i + 0.8) * every,
    }));
  return [...hand(40, 0.3), ...hand(72, 0.45)];
}

const PIECES = [piece(9, 0), piece(14, 1), piece(11, 2)];
const SCORES = PIECES.map((notes) => scoreFromNotes(notes));

/** The ids of one of the two streams. */
function stream(ids: readonly number[], mark: number): number[] {
  let isIn = false;
  return ids.slice(1).filter((id) => {
    if (id !== MELODY && id !== ACCOMPANIMENT) return isIn;
    isIn = id === mark;
    return false;
  });
}

/** The part of an infill after a control token. */
function part(ids: readonly number[], mark: number): number[] {
  const from = ids.indexOf(mark) + 1;
  const length = ids.slice(from).findIndex((id) => id >= SUFFIX);
  return ids.slice(from, length < 0 ? undefined : from + length);
}

const pitchesOf = (ids: readonly number[]): number[] =>
  decodePerformance(ids, vocabulary).map(({ pitch }) => pitch);

describe("accompaniments", () => {
  it("are scored with their melody and with the next piece's", () => {
    const cases = accompanyCases(SCORES, vocabulary);
    expect(cases.map(({ piece: index }) => index)).toEqual([0, 1, 2]);
    for (const [index, { sequences }] of cases.entries()) {
      const [own, other] = sequences;
      if (!own || !other) throw new Error("two contexts");
      const upper = (notes: readonly Note[] = []): number[] =>
        notes.filter(({ pitch }) => pitch >= 72).map(({ pitch }) => pitch);
      expect(pitchesOf(stream(own.ids, MELODY))).toEqual(upper(PIECES[index]));
      const given = pitchesOf(stream(other.ids, MELODY));
      expect(given.length).toBeGreaterThan(10);
      expect(given).toEqual(upper(PIECES[(index + 1) % 3]).slice(0, given.length));
      for (const { ids, counts } of sequences) {
        const lower = stream(ids, ACCOMPANIMENT).filter((id) => id < 72 || (id >= 128 && id < 200));
        expect(ids.filter((_, i) => counts[i])).toEqual(lower);
        const notes = PIECES[index]?.filter(({ pitch }) => pitch < 72).map(({ pitch }) => pitch);
        expect(lower.filter((id) => id < 128)).toEqual(notes);
      }
    }
  });

  it("need two pieces", () => {
    expect(accompanyCases(SCORES.slice(0, 1), vocabulary)).toEqual([]);
  });
});

describe("regions", () => {
  it("are scored with their suffix, without one, and with another suffix", () => {
    const cases = infillCases(SCORES, vocabulary, { regions: 5, seed: 1 });
    expect(cases.length).toBeGreaterThan(8);
    for (const { sequences } of cases) {
      const [own, none, other] = sequences;
      if (!own || !none || !other) throw new Error("three contexts");
      for (const { ids, counts } of sequences) {
        expect(ids.filter((_, i) => counts[i])).toEqual(part(own.ids, MIDDLE));
        expect(part(ids, PREFIX)).toEqual(part(own.ids, PREFIX));
      }
      expect(part(none.ids, SUFFIX)).toEqual([]);
      const suffixes = [own, other].map(({ ids }) => part(ids, SUFFIX));
      const silence = suffixes.map((ids) =>
        ids.slice(
          0,
          ids.findIndex((id) => id < 256 || id >= 356),
        ),
      );
      expect(silence[1]).toEqual(silence[0]);
      expect(suffixes[1]).not.toEqual(suffixes[0]);
    }
  });

  it("are the same for the same seed", () => {
    const run = (seed: number) => infillCases(SCORES, vocabulary, { regions: 2, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});

describe("scores", () => {
  it("are sums over the scored ids", async () => {
    const [first] = infillCases(SCORES, vocabulary, { regions: 1, seed: 1 });
    if (!first) throw new Error("a case");
    // Short enough for one window.
    const ids = [...(first.sequences[0]?.ids.slice(0, 24) ?? [])];
    const counts = ids.map((_, i) => i % 3 === 2);
    const { nats, ids: counted } = await scoreCase(piano.decoder, { piece: 0, sequences: [{ ids, counts }] });
    expect(counted).toBe(8);
    let expected = 0;
    for (const [i, id] of ids.entries()) {
      if (!counts[i]) continue;
      const logits = await piano.decoder.forward(ids.slice(0, i), piano.decoder.createCache());
      const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
      expected -= (logits[id] ?? 0) - Math.log(sum);
    }
    expect(nats[0]).toBeCloseTo(expected, 3);
  });

  it("are averaged per id", () => {
    const scores = [
      { piece: 0, nats: [10, 20], ids: 5 },
      { piece: 1, nats: [2, 4], ids: 1 },
    ];
    expect(nllByContext(scores)).toEqual([2, 4]);
  });
});

describe("ostinato evaluate --task", () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-evaluate-task-"));
  const model = writeTinyCheckpoint(join(folder, "model"), { ...TINY_CONFIG, tasks: TASKS });
  const paths = SCORES.map((score, index) => {
    writeFileSync(join(folder, `${index}.mid`), writeMidi(score));
    return join(folder, `${index}.mid`);
  });
  const run = (...parameters: readonly string[]) => runCli(["evaluate", "--model", model, ...parameters]);

  it("prints the likelihood in each context", async () => {
    const accompany = await run(...paths, "--task", "accompany", "--json", "--quiet");
    const result = JSON.parse(accompany.stdout);
    expect(Object.keys(result.nllPerId)).toEqual(["its melody", "another melody"]);
    expect(result.files.map(({ path }: { path: string }) => path)).toEqual(paths);
    const ids = result.files.map((file: { ids: number }) => file.ids);
    expect(result.ids).toBe(ids[0] + ids[1] + ids[2]);
    const infill = await run(...paths, "--task", "infill", "--regions", "2");
    expect(infill.code).toBe(0);
    expect(infill.stdout).toMatch(
      /^nats\/id {2}context\n *[\d.]+ {2}its suffix\n *[\d.]+ {2}no suffix \([+−][\d.]+\)\n *[\d.]+ {2}another suffix/,
    );
  });

  it.each([
    [["--regions", "2"], 2, "--regions needs --task infill"],
    [["--task", "accompany", "--seed", "1"], 2, "--seed needs --task infill"],
    [["--task", "juggle"], 2, "accompany, infill"],
    [["--task", "accompany"], 1, "no two pieces with a melody"],
  ])("rejects %j", async (parameters, expected, message) => {
    const { code, stderr } = await run(paths[0] ?? "", ...parameters);
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });

  it("rejects a model that was not trained for the task", async () => {
    const plain = writeTinyCheckpoint(join(folder, "plain"));
    const { code, stderr } = await runCli(["evaluate", ...paths, "--task", "infill", "--model", plain]);
    expect(code).toBe(1);
    expect(stderr).toContain("was not trained to fill regions");
  });
});
