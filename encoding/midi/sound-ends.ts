/**
 * When notes stop sounding: the sustain and sostenuto pedals of a channel hold notes of every track on it after their
 * keys are released, until the pedal is lifted, the key is struck again by the same program, or CC 120 cuts all sound.
 * What is held to the end stops with the last release or pedal move of the piece (in format 2, of the pattern). Within a tick, what comes first in the
 * file acts first. Strikes of one key on one tick do not end each other.
 */
import { type Channel, type Channels, orderOf, type Timeline } from "./channel-timeline.ts";
import type { ReadNotes } from "./note-table.ts";
import { onsetOrder } from "./onset-order.ts";
import type { TempoMap } from "./tempo-map.ts";

/** Seconds at which each note of a table stops sounding; NaN for percussion. */
export function soundEnds(table: ReadNotes, channels: Channels, tempo: TempoMap): Float64Array {
  const { length, places, isPercussion, endSeconds } = table;
  const ends = endSeconds.slice(0, length);
  const held = new Uint32Array(length);
  let heldCount = 0;
  let [place, isPedaled] = [-1, false];
  for (let row = 0; row < length; row += 1) {
    if (isPercussion[row] === 1) {
      ends[row] = NaN;
      continue;
    }
    if (places[row] !== place) {
      place = places[row]!;
      const { sustain, sostenuto } = channels.of(place >>> 4, place & 0x0f);
      isPedaled = sustain.length + sostenuto.length > 0;
    }
    if (isPedaled) held[heldCount++] = row;
  }
  if (heldCount > 0) {
    const order = onsetOrder(table, held.subarray(0, heldCount));
    foldPedals(table, order, channels, tempo, ends);
  }
  return ends;
}

/** Writes the ends of notes on channels with pedals. @param order rows in order of start. */
function foldPedals(
  table: ReadNotes,
  order: Uint32Array,
  channels: Channels,
  tempo: TempoMap,
  ends: Float64Array,
): void {
  const { places, programs, pitches, endTicks, noteOnIndices, noteOffIndices, unreleasedOrders } = table;
  /** Made when a pedal is found that is never lifted. */
  let lastTicks: ReadonlyMap<number, number> | undefined;
  const lastTickOf = (track: number): number =>
    (lastTicks ??= lastMoves(table, channels)).get(channels.pieceOf(track))!;
  const strikes = new Map<number, NextStrikes>();
  let instrument = -1;
  let place = -1;
  let number = 0;
  let channel: Channel | undefined;
  let next: NextStrikes | undefined;
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const row = order[index]!;
    if (places[row] !== place) {
      place = places[row]!;
      channel = channels.of(place >>> 4, place & 0x0f);
      number = channels.idOf(place >>> 4, place & 0x0f);
    }
    if (!next || number * 128 + programs[row]! !== instrument) {
      instrument = number * 128 + programs[row]!;
      next = strikes.get(instrument);
      if (!next) strikes.set(instrument, (next = new NextStrikes()));
    }
    const start: Moment = {
      tick: table.startTick(row),
      order: orderOf(place >>> 4, noteOnIndices[row]!),
    };
    const noteOffIndex = noteOffIndices[row]!;
    const release: Moment = {
      tick: endTicks[row]!,
      order: noteOffIndex < 0 ? unreleasedOrders.get(row)! : orderOf(place >>> 4, noteOffIndex),
    };
    const struck = next.after(pitches[row]!, start.tick);
    let end = struck <= release.tick ? struck : Math.min(struck, lifted(channel!, start, release));
    if (end === Infinity) end = Math.max(lastTickOf(place >>> 4), release.tick);
    if (end !== release.tick) ends[row] = tempo.seconds(end);
    if (isDownAt(channel!.sustain, start) || isDownAt(channel!.sostenuto, start))
      next.strike(pitches[row]!, start.tick);
  }
}

/** A place in the playing order. */
interface Moment {
  readonly tick: number;
  readonly order: number;
}

function isDownAt(pedal: Timeline, { tick, order }: Moment): boolean {
  return pedal.length > 0 && pedal.valueAt(tick, order, 0) === 1;
}

/** The tick at which pedals let go of a note: that of the release where none holds it, Infinity where one is never lifted. */
function lifted({ sustain, sostenuto, silences }: Channel, start: Moment, release: Moment): number {
  let { tick, order } = release;
  for (;;) {
    let lift = liftAfter(sustain, sustain.lastBefore(tick, order));
    let pedal = sustain;
    if (lift < 0 && sostenuto.length > 0) {
      // Sostenuto holds the keys that were down when it was pressed.
      const press = sostenuto.lastBefore(tick, order);
      pedal = sostenuto;
      const isCaught =
        press >= 0 &&
        !sostenuto.isBefore(press, start.tick, start.order) &&
        sostenuto.isBefore(press, release.tick, release.order);
      if (isCaught) lift = liftAfter(sostenuto, press);
    }
    if (lift < 0) break;
    if (lift === pedal.length) {
      tick = Infinity;
      break;
    }
    tick = pedal.ticks[lift]!;
    order = pedal.orders[lift]! + 0.5;
  }
  if (silences.length === 0) return tick;
  const silence = silences.lastBefore(release.tick, release.order) + 1;
  return silence < silences.length ? Math.min(tick, silences.ticks[silence]!) : tick;
}

/** The lift that ends a press, given the latest move; the number of moves where none comes, −1 where the pedal is up. */
function liftAfter(pedal: Timeline, latest: number): number {
  return latest >= 0 && pedal.values[latest] === 1 ? latest + 1 : -1;
}

/** The tick of the last release or pedal move of each piece (`Channels.pieceOf`). */
function lastMoves({ endTicks, places, length }: ReadNotes, channels: Channels): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  const take = (piece: number, tick: number): void => {
    if (tick >= (last.get(piece) ?? 0)) last.set(piece, tick);
  };
  for (let row = 0; row < length; row += 1) take(channels.pieceOf(places[row]! >>> 4), endTicks[row]!);
  for (const [piece, { sustain, sostenuto }] of channels.byPiece()) {
    take(piece, Math.max(sustain.ticks.at(-1) ?? 0, sostenuto.ticks.at(-1) ?? 0));
  }
  return last;
}

/** By pitch, the strikes of an instrument under a pedal, seen from the end of the piece. */
class NextStrikes {
  readonly #latest = new Float64Array(128).fill(Infinity);
  readonly #later = new Float64Array(128).fill(Infinity);

  /** The first strike after a tick that is no later than those before. */
  after(pitch: number, tick: number): number {
    const latest = this.#latest[pitch]!;
    return latest > tick ? latest : this.#later[pitch]!;
  }

  strike(pitch: number, tick: number): void {
    if (this.#latest[pitch] === tick) return;
    this.#later[pitch] = this.#latest[pitch]!;
    this.#latest[pitch] = tick;
  }
}
