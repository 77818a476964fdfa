/** The bars of an opened file, by its tempo and meter. */
import { type Score, TempoMap } from "../../encoding/index.ts";
import type { Span } from "../sound/sound.ts";
import { clock } from "../words.ts";
import { type GridLine, type RollView, timeLines, visibleSeconds, xOfTime } from "./geometry.ts";

const TIME_SIGNATURE = 0x58;
const TEMPO = 0x51;
/** Microseconds per quarter note that programs write by default: 120 quarter notes a minute. */
const NO_TEMPO = 500_000;
/** Space of a label, in pixels. */
const LABEL_WIDTH = 72;
/** Bars beyond these are not drawn: a damaged file may have bars of a millisecond. */
const MOST_BARS = 20_000;

interface MeterChange {
  readonly tick: number;
  readonly barTicks: number;
  readonly beats: number;
}

/** Times of the music are rounded to 10 ms. */
const ROUNDING = 0.01;

export class Bars {
  readonly #tempo: TempoMap;
  readonly #meter: readonly MeterChange[];
  /** The tick of each bar so far. */
  readonly #ticks: number[] = [0];
  /** The time in the file at which the music begins. */
  readonly #startSeconds: number;

  private constructor(score: Score, meter: readonly MeterChange[], startSeconds: number) {
    this.#tempo = new TempoMap(score.division, score.tracks);
    this.#meter = meter;
    this.#startSeconds = startSeconds;
  }

  /**
   * Undefined for a file without a meter whose tempo is the one of a file without a tempo, and for one timed in film frames.
   *
   * @param startSeconds the time in the file at which the music begins.
   */
  static of(score: Score, startSeconds: number): Bars | undefined {
    if (score.division.kind !== "quarter") return undefined;
    const { ticksPerQuarter } = score.division;
    const meter: MeterChange[] = [{ tick: 0, barTicks: 4 * ticksPerQuarter, beats: 4 }];
    let isGiven = false;
    for (const event of score.tracks.flatMap(({ events }) => events)) {
      if (event.kind !== "meta") continue;
      const [first = 0, second = 0, third = 0] = event.data;
      if (event.type === TEMPO) isGiven ||= first * 0x10000 + second * 0x100 + third !== NO_TEMPO;
      if (event.type !== TIME_SIGNATURE || first === 0) continue;
      isGiven = true;
      // A bar has at least a sixteenth note.
      const quarters = Math.max(0.25, (4 * first) / 2 ** second);
      const barTicks = Math.max(1, Math.round(quarters * ticksPerQuarter));
      meter.push({ tick: event.tick, barTicks, beats: first });
    }
    if (!isGiven) return undefined;
    meter.sort((a, b) => a.tick - b.tick);
    return new Bars(score, meter, startSeconds);
  }

  /** The visible bars that have space for a label: all, or every second, fourth … one. */
  lines(view: RollView): GridLine[] {
    const { from, to } = visibleSeconds(view);
    const first = this.#barFrom(Math.max(0, from));
    const width = (this.#seconds(first + 1) - this.#seconds(first)) * view.pixelsPerSecond;
    if (!(width > 0)) return [];
    const step = 2 ** Math.max(0, Math.ceil(Math.log2(LABEL_WIDTH / width)));
    const lines: GridLine[] = [];
    for (let bar = step * Math.ceil(first / step); this.#seconds(bar) < to; bar += step) {
      const seconds = this.#seconds(bar);
      lines.push({ x: xOfTime(view, seconds), label: `${bar + 1} · ${clock(seconds)}` });
    }
    return lines;
  }

  /** The nearest bar within a distance in seconds, else the time itself. */
  near(seconds: number, distance: number): number {
    const bar = this.#barFrom(Math.max(0, seconds - distance));
    const found = Math.max(0, this.#seconds(bar));
    return Math.abs(found - seconds) <= distance ? found : seconds;
  }

  /** A span as bars: "bars 3–5". Where an end is within a bar, with its beat: "bar 3, beat 2 – bar 5, beat 4". */
  words({ fromSeconds, toSeconds }: Span): string {
    const [from, to] = [this.#barFrom(fromSeconds), this.#barFrom(toSeconds)];
    const isWhole = this.#startsAt(from, fromSeconds) && this.#startsAt(to, toSeconds);
    if (!isWhole) return `${this.#beatWords(fromSeconds)} – ${this.#beatWords(toSeconds)}`;
    return to === from + 1 ? `bar ${to}` : `bars ${from + 1}–${to}`;
  }

  #startsAt(bar: number, seconds: number): boolean {
    return Math.abs(this.#seconds(bar) - seconds) <= ROUNDING;
  }

  #beatWords(seconds: number): string {
    const next = this.#barFrom(seconds);
    const bar = this.#startsAt(next, seconds) ? next : next - 1;
    const { barTicks = 4, beats = 4 } = this.#meterAt(this.#ticks[bar] ?? 0);
    let beat = 1;
    while (
      beat < beats &&
      this.#secondsOf((this.#ticks[bar] ?? 0) + (beat * barTicks) / beats) <= seconds + ROUNDING
    )
      beat += 1;
    return `bar ${bar + 1}, beat ${beat}`;
  }

  /** The first bar from a time on; 0 is the first of the file. */
  #barFrom(seconds: number): number {
    const least = seconds - ROUNDING;
    while (this.#seconds(this.#ticks.length - 1) < least && this.#ticks.length < MOST_BARS) this.#extend();
    let [low, high] = [0, this.#ticks.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#seconds(middle) < least) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #seconds(bar: number): number {
    if (bar >= MOST_BARS) return Infinity;
    while (this.#ticks.length <= bar) this.#extend();
    return this.#secondsOf(this.#ticks[bar]!);
  }

  #secondsOf(tick: number): number {
    return this.#tempo.seconds(tick) - this.#startSeconds;
  }

  #meterAt(tick: number): Partial<MeterChange> {
    return this.#meter.findLast((change) => change.tick <= tick) ?? {};
  }

  #extend(): void {
    const last = this.#ticks.at(-1) ?? 0;
    const { barTicks = 1 } = this.#meterAt(last);
    // A new meter begins a bar.
    const change = this.#meter.find(({ tick }) => tick > last && tick < last + barTicks);
    this.#ticks.push(change?.tick ?? last + barTicks);
  }
}

/** The lines of the roll: the bars, or without them times. */
export function gridLines(view: RollView, bars: Bars | undefined): GridLine[] {
  return bars ? bars.lines(view) : timeLines(view);
}
