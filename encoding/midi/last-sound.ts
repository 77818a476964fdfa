/** The silence between the last sound of a score and the end of its longest track. */
import { Meter } from "./meter.ts";
import type { Score } from "./score.ts";
import { TempoMap } from "./tempo-map.ts";

/** End of the last sound of the notes, in seconds; 0 without notes. */
export function lastSoundSeconds({ notes }: Pick<Score, "notes">): number {
  return notes.reduce((latest, note) => Math.max(latest, note.soundEndSeconds), 0);
}

/** Whether the longest track ends within one bar, by the time signature at `seconds`, after `seconds`. */
export function endsWithinBar({ division, tracks, durationSeconds }: Score, seconds: number): boolean {
  const tempo = new TempoMap(division, tracks);
  const tick = tempo.tick(seconds);
  const bar = new Meter(division, tracks).barTicks(tick);
  return tempo.tick(durationSeconds) - tick <= bar;
}
