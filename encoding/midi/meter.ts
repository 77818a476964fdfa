/** The lengths of bars. */
import { ColumnTrack } from "./event-columns.ts";
import type { Division, Track } from "./score.ts";

const TIME_SIGNATURE_META = 0x58;
/** Length of a bar under SMPTE time, which has no quarter notes, in seconds. */
const SMPTE_BAR_SECONDS = 2;

interface MeterChange {
  readonly tick: number;
  /** Length of a bar in quarter notes. */
  readonly quarters: number;
}

/** Bars of one file, by its time signatures; 4/4 until the first. */
export class Meter {
  readonly #division: Division;
  readonly #tracks: readonly Track[];
  /** Read on first use: few files need it. */
  #changes: readonly MeterChange[] | undefined;

  constructor(division: Division, tracks: readonly Track[]) {
    this.#division = division;
    this.#tracks = tracks;
  }

  /** Length in ticks of the bar at a tick; under SMPTE time, 2 s. */
  barTicks(tick: number): number {
    if (this.#division.kind === "smpte") {
      const { framesPerSecond, ticksPerFrame } = this.#division;
      return Math.round(SMPTE_BAR_SECONDS * framesPerSecond * ticksPerFrame);
    }
    this.#changes ??= meterChanges(this.#tracks);
    const quarters = this.#changes.findLast((change) => change.tick <= tick)?.quarters ?? 4;
    return Math.round(quarters * this.#division.ticksPerQuarter);
  }
}

/** The time signatures of all tracks, in order of tick; those with 0 beats are ignored. */
function meterChanges(tracks: readonly Track[]): MeterChange[] {
  const changes: MeterChange[] = [];
  for (const track of tracks) {
    const { ticks, longEvents } = ColumnTrack.columnsOf(track);
    for (const [place, type] of longEvents.types.entries()) {
      if (type !== TIME_SIGNATURE_META) continue;
      const [beats, unit] = longEvents.data(place);
      if (beats === undefined || unit === undefined) continue;
      const quarters = (beats * 4) / 2 ** unit;
      if (quarters > 0) changes.push({ tick: ticks[longEvents.indices[place]!]!, quarters });
    }
  }
  return changes.sort((a, b) => a.tick - b.tick);
}
