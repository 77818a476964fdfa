/** The silence between the last sound of a score and the end of its longest track. */
import { DRUM_CHANNEL, type MidiEvent, type Score, type ScoreNote } from "./score.ts";
import { applySustain } from "./sustain.ts";
import { TempoMap } from "./tempo-map.ts";

const TIME_SIGNATURE_META = 0x58;
/** A bar where ticks are parts of a second. */
const SMPTE_BAR_SECONDS = 2;

/** When the last of the notes ends, pedal included, in seconds; 0 without notes. */
export function lastSoundSeconds({ notes, pedal }: Pick<Score, "notes" | "pedal">): number {
  const drums = notes.filter(({ channel }) => channel === DRUM_CHANNEL);
  const last = (latest: number, note: ScoreNote): number => Math.max(latest, note.endSeconds);
  return applySustain(notes, pedal).reduce(last, drums.reduce(last, 0));
}

/** Whether the longest track ends within a bar, of the meter in force then, of a time. */
export function endsWithinBar(score: Score, seconds: number): boolean {
  const { division, tracks, durationSeconds } = score;
  // Times of one tick may differ in their last digits.
  if (division.kind === "smpte") return durationSeconds - seconds <= SMPTE_BAR_SECONDS + 1e-6;
  const tempo = new TempoMap(division, tracks);
  const tick = tempo.tick(seconds);
  const endTick = tracks.reduce((latest, track) => Math.max(latest, track.endTick), 0);
  return (
    endTick - tick <=
    division.ticksPerQuarter *
      barQuarters(
        tracks.flatMap(({ events }) => events),
        tick,
      )
  );
}

/** Quarter notes of the bar at a tick: of 4/4 before the first time signature. */
function barQuarters(events: readonly MidiEvent[], tick: number): number {
  let inForce = { tick: -1, quarters: 4 };
  for (const event of events) {
    if (event.kind !== "meta" || event.type !== TIME_SIGNATURE_META) continue;
    const [beats = 0, power = 0] = event.data;
    if (event.tick > tick || event.tick < inForce.tick || beats === 0) continue;
    inForce = { tick: event.tick, quarters: (beats * 4) / 2 ** power };
  }
  return inForce.quarters;
}
