/** Files that reproduce public bug reports, with their expected notes; `golden/make_cases.py` makes the list. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readMidi, writeMidi } from "../../encoding/index.ts";

type Row = readonly [startSeconds: number, endSeconds: number, pitch: number, velocity: number];

interface Case {
  readonly name: string;
  /** The file in base64. */
  readonly midi: string;
  /** Notes with ends at note-offs, without percussion. */
  readonly notes: readonly Row[] | null;
  /** Notes with ends of their sound, pedals included. */
  readonly played: readonly Row[] | null;
}

const CASES: readonly Case[] = JSON.parse(
  readFileSync(new URL("./golden/cases.json", import.meta.url), "utf8"),
);
/** Damaged files, read with `recover`. */
const DAMAGED: ReadonlySet<string> = new Set(["track_length_long"]);

function sorted(rows: readonly Row[]): number[][] {
  return rows
    .map((row) => row.map((value) => Math.round(value * 1000) / 1000))
    .sort((a, b) => a[0]! - b[0]! || a[2]! - b[2]! || a[1]! - b[1]!);
}

describe("readMidi", () => {
  it.each(CASES)("finds the notes of $name", ({ name, midi, notes, played }) => {
    const bytes = Uint8Array.from(Buffer.from(midi, "base64"));
    const score = readMidi(bytes, { recover: DAMAGED.has(name) });
    const pitched = score.notes.filter((note) => !note.isPercussion);
    const keys = pitched.map((note): Row => [note.startSeconds, note.endSeconds, note.pitch, note.velocity]);
    const sound = pitched.map((note): Row => [
      note.startSeconds,
      note.soundEndSeconds,
      note.pitch,
      note.velocity,
    ]);
    expect(keys.length).toBeGreaterThan(0);
    if (notes) expect(sorted(keys)).toEqual(sorted(notes));
    if (played) expect(sorted(sound)).toEqual(sorted(played));
  });

  it.each(CASES)("finds the same in $name once it is written again", ({ name, midi }) => {
    const score = readMidi(Uint8Array.from(Buffer.from(midi, "base64")), {
      recover: DAMAGED.has(name),
    });
    const brief = ({ notes }: typeof score): unknown =>
      notes.map(({ startTick, endTick, pitch, program }) => [startTick, endTick, pitch, program]);
    expect(brief(readMidi(writeMidi(score)))).toEqual(brief(score));
  });
});
