import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Note, type Score, TASKS } from "../../encoding/index.ts";
import type { MusicModel } from "../../src/index.ts";
import { loadMusicModel } from "../../src/platform/node/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";

/** A model with random weights whose configuration lists these tasks. */
export async function tinyPiano(
  tasks: readonly string[] = TASKS,
  window: number = TINY_CONFIG.n_positions,
): Promise<MusicModel> {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-tiny-"));
  const sizes = { n_positions: window, max_distance: window };
  return loadMusicModel(writeTinyCheckpoint(folder, { ...TINY_CONFIG, ...sizes, tasks }));
}

/** The notes that one score has in addition to another, in order; all others must be equal, to the tick. */
export function addedTo(before: Score, after: Score): readonly Note[] {
  return after.notes.filter(({ track }) => track >= before.tracks.length);
}

/** Two voices; the upper has one note every half second. */
export function twoVoices(seconds: number): Note[] {
  return Array.from({ length: seconds * 2 }, (_, i) => [
    { pitch: 72 + ((i * 5) % 9), velocity: 80, startSeconds: i / 2, endSeconds: i / 2 + 0.45 },
    { pitch: 40 + ((i * 7) % 12), velocity: 60, startSeconds: i / 2 + 0.1, endSeconds: i / 2 + 0.6 },
  ]).flat();
}
