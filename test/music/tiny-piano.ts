import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Note, type Score, TASKS } from "../../encoding/index.ts";
import type { MusicModel } from "../../src/index.ts";
import { loadMusicModel } from "../../src/platform/node/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";

/** A model of random weights that says it was trained for these tasks. */
export async function tinyPiano(
  tasks: readonly string[] = TASKS,
  window: number = TINY_CONFIG.n_positions,
): Promise<MusicModel> {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-tiny-"));
  const sizes = { n_positions: window, max_distance: window };
  return loadMusicModel(writeTinyCheckpoint(folder, { ...TINY_CONFIG, ...sizes, tasks }));
}

/** The notes that a score has more than another, in order; what both have must be the same, to the tick. */
export function addedTo(before: Score, after: Score): readonly Note[] {
  return after.notes.filter(({ track }) => track >= before.tracks.length);
}

/** Two voices for some seconds, the upper a note each half second. */
export function twoVoices(seconds: number): Note[] {
  return Array.from({ length: seconds * 2 }, (_, i) => [
    { pitch: 72 + ((i * 5) % 9), velocity: 80, startSeconds: i / 2, endSeconds: i / 2 + 0.45 },
    { pitch: 40 + ((i * 7) % 12), velocity: 60, startSeconds: i / 2 + 0.1, endSeconds: i / 2 + 0.6 },
  ]).flat();
}
