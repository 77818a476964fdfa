/** How long a bar is. */
import { eventColumnsOf } from "./event-columns.ts";
import type { Division, Track } from "./score.ts";

const TIME_SIGNATURE_META = 0x58;
/** Without quarter notes, what a bar is taken to last. */
const SMPTE_BAR_SECONDS = 2;

/** Bars of one file, by its time signatures; 4/4 until the first. */
export class Meter {
  readonly #division: Division;
  readonly #changes: readonly { readonly tick: number; readonly quarters: number }[];

  constructor(division: Division, tracks: readonly Track[]) {
    this.#division = division;
    this.#changes = tracks
      .flatMap((track) => eventColumnsOf(track).others)
      .flatMap((event) => {
        if (event.kind !== "meta" || event.type !== TIME_SIGNATURE_META || event.data.length < 2) return [];
        const quarters = (event.data[0]! * 4) / 2 ** event.data[1]!;
        return quarters > 0 ? [{ tick: event.tick, quarters }] : [];
      })
      .sort((a, b) => a.tick - b.tick);
  }

  /** Ticks of a bar in the meter that is in force at a tick; of SMPTE time, of two seconds. */
  barTicks(tick: number): number {
    if (this.#division.kind === "smpte") {
      const { framesPerSecond, ticksPerFrame } = this.#division;
      return Math.round(SMPTE_BAR_SECONDS * framesPerSecond * ticksPerFrame);
    }
    const quarters = this.#changes.findLast((change) => change.tick <= tick)?.quarters ?? 4;
    return Math.round(quarters * this.#division.ticksPerQuarter);
  }
}
