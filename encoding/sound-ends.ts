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
  const { places, programs, pitches, endTicks, endOrders } = table;
  const lastTicks = lastMoves(table, channels);
  const strikes = new Map<number, NextStrikes>();
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const row = order[index]!;
    const place = places[row]!;
    const [track, number] = [place >>> 4, place & 0x0f];
    const channel = channels.of(track, number);
    const instrument = channels.idOf(track, number) * 128 + programs[row]!;
    let next = strikes.get(instrument);
    if (!next) strikes.set(instrument, (next = new NextStrikes()));
    const pitch = pitches[row]!;
    const startTick = table.startTick(row);
    const startOrder = orderOf(track, table.noteOnIndices[row]!);
    const isHeldAtStart =
      channel.sustain.valueAt(startTick, startOrder, 0) +
        channel.sostenuto.valueAt(startTick, startOrder, 0) >
      0;
    const struck = next.after(pitch, startTick);
    const endTick = endTicks[row]!;
    let end = endTick;
    if (struck <= endTick) end = struck;
    else
      end = Math.min(
        struck,
        lifted(
          channel,
          endTick,
          endOrders[row]!,
          startTick,
          startOrder,
          lastTicks.get(channels.pieceOf(track))!,
        ),
      );
    if (end !== endTick) ends[row] = tempo.seconds(end);
    if (isHeldAtStart) next.strike(pitch, startTick);
  }
}

/** The tick at which pedals let go of a note that is released at a position; that of the release where none holds it. */
function lifted(
  { sustain, sostenuto, silences }: Channel,
  tick: number,
  order: number,
  startTick: number,
  startOrder: number,
  lastTick: number,
): number {
  let [endTick, endOrder] = [tick, order];
  for (;;) {
    const sustained = sustain.lastBefore(endTick, endOrder);
    const caught = sostenuto.lastBefore(endTick, endOrder);
    // Sostenuto holds the keys that were down when it was pressed.
    const isCaught =
      caught >= 0 &&
      sostenuto.values[caught] === 1 &&
      !sostenuto.isBefore(caught, startTick, startOrder) &&
      sostenuto.isBefore(caught, tick, order);
    const isSustained = sustained >= 0 && sustain.values[sustained] === 1;
    if (!isSustained && !isCaught) break;
    const pedal: Timeline = isSustained ? sustain : sostenuto;
    const lift = (isSustained ? sustained : caught) + 1;
    endTick = pedal.ticks[lift] ?? Math.max(lastTick, tick);
    endOrder = (pedal.orders[lift] ?? Infinity) + 0.5;
    if (lift >= pedal.length) break;
  }
  if (silences.length === 0) return endTick;
  const silence = silences.lastBefore(tick, order) + 1;
  return Math.min(endTick, silences.ticks[silence] ?? Infinity);
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
