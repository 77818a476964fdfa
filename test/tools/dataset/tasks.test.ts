import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  assembleScore,
  decodePerformance,
  encodePerformance,
  type MidiEvent,
  type Note,
  PERFORMANCE_416,
  scoreFromNotes,
  writeMidi,
} from "../../../encoding/index.ts";
import { runCli } from "../../cli/run-cli.ts";

const [START, END, MELODY, ACCOMPANIMENT, SUFFIX, PREFIX, MIDDLE, ENDING] = [
  389, 390, 391, 392, 393, 394, 395, 396,
];
const SHARES = {
  style: 0.12,
  "style-closing": 0.06,
  "accompany-melody": 0.13,
  "accompany-skyline": 0.07,
  infill: 0.13,
  closing: 0.05,
};
const ALL = ["--tasks", "accompany,infill,ending,style"];

let folder = "";
let out = "";

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), "ostinato-tasks-"));
  folder = join(base, "midi");
  out = join(base, "data");
  for (const corpus of ["songs", "sonatas"]) mkdirSync(join(folder, corpus), { recursive: true });
});

/** A piece for two hands, at least an octave apart. */
function piece(seconds: number, key: number): Note[] {
  const hand = (pitch: number, every: number): Note[] =>
    Array.from({ length: Math.floor(seconds / every) }, (_, i) => ({
      pitch: pitch + ((i * 5 + key) % 12),
      velocity: 40 + ((i * 7) % 60),
      startSeconds: i * every,
      endSeconds: (i + 0.8) * every,
    }));
  return [...hand(40, 0.3), ...hand(72, 0.45)];
}

function writePiece(path: string, notes: readonly Note[]): void {
  writeFileSync(join(folder, path), writeMidi(scoreFromNotes(notes)));
}

/** Like the songs of POP909: the melody track is named MELODY. */
function writeSong(path: string, seconds: number, key: number): void {
  const tracks = [true, false].map((isMelody) => {
    const notes = piece(seconds, key).filter(({ pitch }) => pitch >= 72 === isMelody);
    const [track] = scoreFromNotes(notes).tracks;
    const events: MidiEvent[] = (track?.events ?? []).filter(({ kind }) => kind === "channel");
    return { name: isMelody ? "MELODY" : "PIANO", events, endTick: track?.endTick ?? 0 };
  });
  const named = tracks.map((track) => {
    const name = { kind: "meta", tick: 0, type: 3, data: new TextEncoder().encode(track.name) } as const;
    return { ...track, events: [name, ...track.events] };
  });
  const { division } = scoreFromNotes(piece(1, 0));
  writeFileSync(join(folder, path), writeMidi(assembleScore(division, named)));
}

function writeCorpus(): void {
  for (let i = 0; i < 6; i += 1) {
    writePiece(`sonatas/${i}.mid`, piece(60 + 10 * i, i));
    writeSong(`songs/${i}.mid`, 70 + 10 * i, i);
  }
}

interface Example {
  readonly kind: string;
  readonly path: string;
  readonly ids: number[];
}

function readExamples(): Example[] {
  const header: { pieces: { path: string; kind: string; ids: number }[] } = JSON.parse(
    readFileSync(join(out, "dataset.json"), "utf8"),
  );
  const bytes = readFileSync(join(out, "ids.bin"));
  let offset = 0;
  return header.pieces.map(({ path, kind, ids: count }) => {
    const ids = Array.from({ length: count + 2 }, (_, i) => bytes.readUInt16LE(2 * (offset + i)));
    offset += count + 2;
    return { kind, path, ids };
  });
}

/** The ids between two control tokens, or from a control token to the end. */
function between(ids: readonly number[], from: number, to: number): number[] {
  return ids.slice(ids.indexOf(from) + 1, ids.indexOf(to));
}

describe("ostinato dataset --tasks", () => {
  it("writes the pieces and the shares of examples, each with its kind", async () => {
    writeCorpus();
    const { code, stdout } = await runCli(["dataset", folder, "--out", out, ...ALL, "--json"]);
    expect(code).toBe(0);
    const examples = readExamples();
    expect(examples.every(({ ids }) => ids[0] === START && ids.at(-1) === END)).toBe(true);
    const pieces = examples.filter(({ kind }) => kind === "plain" || kind === "ending");
    expect(pieces.map(({ path }) => path)).toHaveLength(12);
    const total = examples.reduce((sum, { ids }) => sum + ids.length, 0);
    for (const [kind, share] of Object.entries(SHARES)) {
      const ofKind = examples.filter((example) => example.kind === kind);
      const ids = ofKind.reduce((sum, example) => sum + example.ids.length, 0);
      const longest = Math.max(...ofKind.map((example) => example.ids.length));
      expect(ids).toBeGreaterThan(share * total - longest);
      expect(ids).toBeLessThan(share * total + longest);
    }
    const { kinds } = JSON.parse(stdout);
    expect(kinds.reduce((sum: number, kind: { ids: number }) => sum + kind.ids, 0)).toBe(total);
  });

  it("inserts ENDING into some pieces and keeps them otherwise unchanged", async () => {
    writeCorpus();
    await runCli(["dataset", folder, "--out", out, "--tasks", "ending", "--seed", "3"]);
    const all = readExamples();
    const kinds = new Set(all.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["plain", "ending", "closing"]));
    const examples = all.filter(({ kind }) => kind !== "closing");
    for (const { kind, path, ids } of examples) {
      expect(ids.filter((id) => id === ENDING)).toHaveLength(kind === "ending" ? 1 : 0);
      if (!path.startsWith("sonatas/")) continue;
      const index = Number(path.slice(8, 9));
      const plain = [START, ...encodePerformance(piece(60 + 10 * index, index), PERFORMANCE_416), END];
      expect(ids.filter((id) => id !== ENDING)).toEqual(plain);
    }
  });

  it("makes examples of the last parts of pieces with ENDING", async () => {
    writeCorpus();
    await runCli(["dataset", folder, "--out", out, "--tasks", "ending", "--shares", "closing=0.5"]);
    const closings = readExamples().filter(({ kind }) => kind === "closing");
    expect(closings.length).toBeGreaterThan(12);
    expect(new Set(closings.map(({ ids }) => ids.length)).size).toBeGreaterThan(5);
    for (const { ids, path } of closings) {
      expect(ids.length).toBeLessThanOrEqual(1024);
      expect(ids[1]).toBe(PREFIX);
      const place = ids.indexOf(ENDING);
      const seconds = (part: readonly number[]): number =>
        part.filter((id) => id >= 256 && id < 356).reduce((steps, id) => steps + id - 255, 0) / 100;
      expect(seconds(ids.slice(place))).toBeLessThanOrEqual(10);
      expect(seconds(ids.slice(place))).toBeGreaterThan(9.5);
      // The last ten seconds are those of the piece.
      const whole = readExamples().find((example) => example.path === path && example.kind !== "closing");
      const tail = ids.slice(place + 20);
      expect(whole?.ids.slice(-tail.length)).toEqual(tail);
    }
  });

  it("uses the melody track or else the top voice as the melody", async () => {
    writeCorpus();
    await runCli(["dataset", folder, "--out", out, "--tasks", "accompany"]);
    const examples = readExamples().filter(({ kind }) => kind.startsWith("accompany"));
    expect(new Set(examples.map(({ kind, path }) => `${kind} ${path.split("/")[0]}`))).toEqual(
      new Set(["accompany-melody songs", "accompany-skyline sonatas"]),
    );
    for (const { ids } of examples) {
      const streams: Record<number, number[]> = { [MELODY]: [], [ACCOMPANIMENT]: [] };
      let stream: number[] = [];
      for (const id of ids.slice(1, -1)) {
        const opened = streams[id];
        if (opened) stream = opened;
        else stream.push(id);
      }
      const [melody = [], music = []] = [MELODY, ACCOMPANIMENT].map((mark) =>
        decodePerformance(streams[mark] ?? [], PERFORMANCE_416).map(
          ({ pitch, velocity, startSeconds, endSeconds }) => ({ pitch, velocity, startSeconds, endSeconds }),
        ),
      );
      expect(Math.min(...melody.map(({ pitch }) => pitch))).toBeGreaterThanOrEqual(72);
      expect(music.filter(({ pitch }) => pitch >= 72)).toEqual(melody);
      expect(music.length).toBeGreaterThan(2 * melody.length);
    }
  });

  it("makes infills of whole regions within a window", async () => {
    writeCorpus();
    await runCli(["dataset", folder, "--out", out, "--tasks", "infill"]);
    const examples = readExamples().filter(({ kind }) => kind === "infill");
    expect(examples.length).toBeGreaterThan(1);
    for (const { ids } of examples) {
      expect(ids.length).toBeLessThanOrEqual(1024);
      expect(ids[1]).toBe(SUFFIX);
      expect(between(ids, MIDDLE, END).some((id) => id < 128)).toBe(true);
      expect(between(ids, MIDDLE, END).length).toBeLessThanOrEqual(400);
      expect(between(ids, SUFFIX, PREFIX).length).toBeLessThanOrEqual(250);
    }
  });

  it("states the styles by path prefix", async () => {
    writeCorpus();
    const styles = ["--style", "pop=songs/", "--style", "classical=sonatas/"];
    const shares = ["--shares", "style=0.7"];
    await runCli(["dataset", folder, "--out", out, "--tasks", "style", ...styles, ...shares]);
    const stated = readExamples().filter(({ kind }) => kind === "style");
    expect(stated.length).toBeGreaterThan(12);
    const found = new Set(
      stated.flatMap(({ path, ids }) =>
        ids.filter((id) => id >= 400 && id < 408).map((id) => `${path.split("/")[0]} ${id}`),
      ),
    );
    expect(found).toEqual(new Set(["songs 400", "sonatas 401"]));
    // A piece occurs again in the next round, with other random choices.
    const again = stated.filter(({ path }) => path === "songs/0.mid").map(({ ids }) => ids.join(" "));
    expect(new Set(again).size).toBeGreaterThan(1);
  });

  it("states conditions in last parts too", async () => {
    writeCorpus();
    const parameters = ["--tasks", "style", "--style", "pop=songs/", "--shares", "style-closing=0.6"];
    await runCli(["dataset", folder, "--out", out, ...parameters]);
    const closings = readExamples().filter(({ kind }) => kind === "style-closing");
    expect(closings.length).toBeGreaterThan(12);
    for (const { ids, path } of closings) {
      expect(ids.length).toBeLessThanOrEqual(1024);
      expect(ids.slice(0, 2)).toEqual([START, PREFIX]);
      expect(ids.filter((id) => id === ENDING)).toHaveLength(1);
      const marks = ids.filter((id) => id >= 400);
      expect(ids[2]).toBe(marks[0]);
      // The corpus has at most one note per half second: sparse.
      const styles = path.startsWith("songs/") ? [400, 408] : [408];
      expect(styles).toEqual(expect.arrayContaining([...new Set(marks)]));
    }
  });

  it("writes the same bytes with any number of threads, and others with another seed", async () => {
    writeCorpus();
    const bytes = async (...parameters: string[]): Promise<Buffer> => {
      await runCli(["dataset", folder, "--out", out, ...ALL, ...parameters]);
      return readFileSync(join(out, "ids.bin"));
    };
    const one = await bytes("--threads", "1");
    expect((await bytes("--threads", "3")).equals(one)).toBe(true);
    expect((await bytes("--seed", "1")).equals(one)).toBe(false);
  });

  it("ends when no piece is suitable for a task", async () => {
    writePiece("sonatas/short.mid", [{ pitch: 60, velocity: 60, startSeconds: 0, endSeconds: 0.5 }]);
    const { code } = await runCli(["dataset", folder, "--out", out, ...ALL]);
    expect(code).toBe(0);
    expect(readExamples().map(({ kind }) => kind)).toEqual(expect.arrayContaining(["style"]));
    expect(readExamples().some(({ kind }) => kind === "infill" || kind.startsWith("accompany"))).toBe(false);
  });

  it.each([
    [["--tasks", "juggle"], '"juggle" is not a task'],
    [["--tasks", "infill", "--shares", "infill=1"], "at least 0 and below 1"],
    [["--tasks", "infill,style", "--shares", "infill=0.9"], "add up to 1.08"],
    [["--tasks", "infill", "--shares", "juggle=0.1"], '"juggle" is not a kind of example'],
    [["--tasks", "style", "--style", "folk=x/"], "Must be a style"],
    [["--tasks", "infill", "--style", "pop=x/"], "needs the task style"],
    [["--seed", "1"], "--seed needs --tasks"],
    [["--tasks", "infill", "--tokenizer", "t.json"], "excludes --tokenizer"],
  ])("rejects %j", async (parameters, message) => {
    writeCorpus();
    const { code, stderr } = await runCli(["dataset", folder, "--out", out, ...parameters]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
