import { ColumnTrack } from "./event-columns.ts";
import type { Division, Track } from "./score.ts";
import { lastAtMost } from "../sort.ts";

/** Meta event type of a tempo change; its three data bytes are microseconds per quarter note. */
export const TEMPO_META = 0x51;

/** The tempo until the first tempo event: 120 quarter notes a minute. */
export const DEFAULT_MICROSECONDS_PER_QUARTER = 500_000;

/** A range of ticks with one tempo; the last segment has no end. */
export interface TempoSegment {
  readonly fromTick: number;
  readonly untilTick: number;
  readonly fromSeconds: number;
  readonly secondsPerTick: number;
}

/**
 * Converts between the ticks and seconds of one file. Tempo events may be on any track and at any tick. The arithmetic, including the
 * order of operations, is that of pretty_midi, so that times round to the same 10 ms step as in note-seq.
 */
export class TempoMap {
  /** Segment `i` begins at `#ticks[i]`, `#seconds[i]`; its ticks last `#secondsPerTick[i]`. */
  readonly #ticks: number[] = [0];
  readonly #seconds: number[] = [0];
  readonly #secondsPerTick: number[];
  /** Index of the last segment found, where the next search starts. */
  #latest = 0;

  constructor(division: Division, tracks: readonly Track[]) {
    if (division.kind === "smpte") {
      this.#secondsPerTick = [1 / (division.framesPerSecond * division.ticksPerFrame)];
      return;
    }
    const { ticksPerQuarter } = division;
    this.#secondsPerTick = [secondsPerTick(DEFAULT_MICROSECONDS_PER_QUARTER, ticksPerQuarter)];
    for (const change of tempoChanges(tracks)) {
      const scale = secondsPerTick(change.microsecondsPerQuarter, ticksPerQuarter);
      const last = this.#ticks.length - 1;
      if (change.tick === this.#ticks[last]!) {
        this.#secondsPerTick[last] = scale;
      } else if (scale !== this.#secondsPerTick[last]) {
        this.#seconds.push(this.#secondsIn(last, change.tick));
        this.#ticks.push(change.tick);
        this.#secondsPerTick.push(scale);
      }
    }
  }

  /** Seconds from the start of the file at `tick`. */
  seconds(tick: number): number {
    return this.#secondsIn(this.#segmentOf(tick), tick);
  }

  /** The index of the segment of `tick`; the last result and the next segment are tried first. */
  #segmentOf(tick: number): number {
    const ticks = this.#ticks;
    let segment = this.#latest;
    if (tick >= (ticks[segment + 1] ?? Infinity)) segment += 1;
    const isFound = ticks[segment]! <= tick && tick < (ticks[segment + 1] ?? Infinity);
    if (!isFound) segment = lastAtMost(ticks, tick);
    this.#latest = segment;
    return segment;
  }

  /** The segment of `tick`. */
  segmentAt(tick: number): TempoSegment {
    const ticks = this.#ticks;
    const segment = this.#segmentOf(tick);
    return {
      fromTick: ticks[segment]!,
      untilTick: ticks[segment + 1] ?? Infinity,
      fromSeconds: this.#seconds[segment]!,
      secondsPerTick: this.#secondsPerTick[segment]!,
    };
  }

  /** The nearest tick to `seconds`; never negative. */
  tick(seconds: number): number {
    const segment = lastAtMost(this.#seconds, seconds);
    const start = this.#ticks[segment]!;
    const elapsed = seconds - this.#seconds[segment]!;
    return Math.max(0, start + Math.round(elapsed / (this.#secondsPerTick[segment] ?? 1)));
  }

  #secondsIn(segment: number, tick: number): number {
    const elapsed = tick - this.#ticks[segment]!;
    return this.#seconds[segment]! + this.#secondsPerTick[segment]! * elapsed;
  }
}

interface TempoChange {
  readonly tick: number;
  readonly microsecondsPerQuarter: number;
}

/** The tempo events of all tracks, in order of tick; the sort is stable, so the last one of a tick applies. */
export function tempoChanges(tracks: readonly Track[]): TempoChange[] {
  const changes: TempoChange[] = [];
  for (const track of tracks) {
    const { ticks, longEvents } = ColumnTrack.columnsOf(track);
    const { types, indices } = longEvents;
    for (let place = 0; place < types.length; place += 1) {
      if (types[place] !== TEMPO_META) continue;
      const microsecondsPerQuarter = longEvents.uint24(place);
      changes.push({ tick: ticks[indices[place]!]!, microsecondsPerQuarter });
    }
  }
  const isSorted = changes.every(({ tick }, index) => index === 0 || changes[index - 1]!.tick <= tick);
  return isSorted ? changes : changes.sort((a, b) => a.tick - b.tick);
}

function secondsPerTick(microsecondsPerQuarter: number, ticksPerQuarter: number): number {
  return 60 / ((6e7 / microsecondsPerQuarter) * ticksPerQuarter);
}
