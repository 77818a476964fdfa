/**
 * When notes stop sounding: the sustain and sostenuto pedals of a channel hold notes of every track on it after their
 * keys are released, until the pedal is lifted, the key is struck again by the same program, or CC 120 cuts all sound.
 * What is held to the end stops with the last release or pedal move of the piece (in format 2, of the pattern). Within a tick, what comes first in the
 * file acts first. Strikes of one key on one tick do not end each other.
 */
import { Channel, type Channels, orderOf, type Timeline } from "./channel-timeline.ts";
import type { ReadNotes } from "./note-table.ts";
import type { TempoMap } from "./tempo-map.ts";

const NONE = -1;

/** Seconds at which each note of a table stops sounding; NaN for percussion. */
export function soundEnds(table: ReadNotes, channels: Channels, tempo: TempoMap): Float64Array {
  const { length, isPercussion, endSeconds } = table;
  const ends = endSeconds.slice(0, length);
  for (let row = 0; row < length; row += 1) if (isPercussion[row] === 1) ends[row] = NaN;
  if (channels.havePedals) foldPedals(table, channels, tempo, ends);
  return ends;
}

/** Writes the ends of notes on channels with pedals. */
function foldPedals(table: ReadNotes, channels: Channels, tempo: TempoMap, ends: Float64Array): void {
  const { places, programs, pitches, endTicks, startSeconds, endSeconds } = table;
  const { isPercussion, isPedalDownAtOnset, pedalEventsBeforeEnd } = table;
  /** Made when a pedal is found that is never lifted. */
  let lastTicks: ReadonlyMap<number, number> | undefined;
  const lastTickOf = (track: number): number =>
    (lastTicks ??= lastEventTicks(table, channels)).get(channels.pieceOf(track))!;
  const strikes = new Map<number, NextNoteOns>();
  const strikesOf = (channelId: number, program: number): NextNoteOns => {
    const instrument = channelId * 128 + program;
    const known = strikes.get(instrument) ?? new NextNoteOns();
    strikes.set(instrument, known);
    return known;
  };
  const known: (Place | undefined)[] = [];
  const order = table.rowsByOnset();
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const row = order[index]!;
    if (isPercussion[row] === 1) continue;
    const place = (known[places[row]!] ??= placeOf(places[row]!, channels, tempo));
    const { channel } = place;
    if (!place.hasPedals) continue;
    if (programs[row] !== place.program) {
      place.program = programs[row]!;
      place.next = strikesOf(place.channelId, place.program);
    }
    const { next, moves } = place;
    const pitch = pitches[row]!;
    const start = startSeconds[row]!;
    const end = endSeconds[row]!;
    const struck = next.after(pitch, start);
    if (struck <= end) {
      ends[row] = struck;
    } else {
      let lift = end;
      if (place.hasOnlySustain) {
        // Moves alternate, and the first one is down.
        const before = pedalEventsBeforeEnd[row]!;
        if ((before & 1) === 1) lift = before < moves.length ? moves[before]! : Infinity;
      } else {
        lift = pedalUpSeconds(table, row, channel, tempo);
      }
      if (struck < lift) ends[row] = struck;
      else if (lift < Infinity) ends[row] = lift;
      else ends[row] = tempo.seconds(Math.max(lastTickOf(places[row]! >>> 4), endTicks[row]!));
    }
    if (isPedalDownAtOnset[row] === 1 || isSostenutoDownAtOnset(table, row, channel))
      next.noteOn(pitch, start);
  }
}

/** A channel of a track, and the instrument whose notes were seen last there. */
interface Place {
  readonly channel: Channel;
  readonly channelId: number;
  readonly hasPedals: boolean;
  readonly hasOnlySustain: boolean;
  /** Seconds of the moves of its sustain pedal. */
  readonly moves: Float64Array;
  program: number;
  next: NextNoteOns;
}

function placeOf(place: number, channels: Channels, tempo: TempoMap): Place {
  const [track, channelNumber] = [place >>> 4, place & 0x0f];
  const channel = channels.of(track, channelNumber);
  return {
    channel,
    channelId: channels.idOf(track, channelNumber),
    hasPedals: channel.hasPedals,
    hasOnlySustain: channel.sostenuto.length + channel.soundOffs.length === 0,
    moves: channel.sustainSeconds(tempo),
    program: NONE,
    next: NO_NOTE_ONS,
  };
}

/**
 * Seconds at which pedals let go of a note, or all sound is cut: its end where no pedal holds it, Infinity where one is
 * never lifted.
 */
function pedalUpSeconds(table: ReadNotes, row: number, channel: Channel, tempo: TempoMap): number {
  const { soundOffs } = channel;
  const end = endOf(table, row);
  let tick = pedalUpTick(channel, startOf(table, row), end);
  const silence = soundOffs.length > 0 ? soundOffs.lastBefore(end.tick, end.order) + 1 : 0;
  if (silence < soundOffs.length) tick = Math.min(tick, soundOffs.ticks[silence]!);
  return tick === Infinity ? Infinity : tempo.seconds(tick);
}

/** A place in the playing order. */
interface EventPosition {
  readonly tick: number;
  readonly order: number;
}

function startOf(table: ReadNotes, row: number): EventPosition {
  return { tick: table.startTick(row), order: orderOf(table.places[row]! >>> 4, table.noteOnIndices[row]!) };
}

function endOf(
  { endTicks, places, noteOffIndices, unreleasedOrders }: ReadNotes,
  row: number,
): EventPosition {
  const index = noteOffIndices[row]!;
  const order = index < 0 ? unreleasedOrders.get(row)! : orderOf(places[row]! >>> 4, index);
  return { tick: endTicks[row]!, order };
}

function isSostenutoDownAtOnset(table: ReadNotes, row: number, { sostenuto }: Channel): boolean {
  if (sostenuto.length === 0) return false;
  const { tick, order } = startOf(table, row);
  return sostenuto.valueAt(tick, order, 0) === 1;
}

/** The tick at which pedals let go of a note. Sostenuto holds the keys that were down when it was pressed. */
function pedalUpTick({ sustain, sostenuto }: Channel, start: EventPosition, release: EventPosition): number {
  let { tick, order } = release;
  for (;;) {
    let lift = pedalUpAfter(sustain, sustain.lastBefore(tick, order));
    let pedal = sustain;
    if (lift < 0 && sostenuto.length > 0) {
      const press = sostenuto.lastBefore(tick, order);
      pedal = sostenuto;
      const isCaught =
        press >= 0 &&
        !sostenuto.isBefore(press, start.tick, start.order) &&
        sostenuto.isBefore(press, release.tick, release.order);
      if (isCaught) lift = pedalUpAfter(sostenuto, press);
    }
    if (lift < 0) return tick;
    if (lift === pedal.length) return Infinity;
    tick = pedal.ticks[lift]!;
    order = pedal.orders[lift]! + 0.5;
  }
}

/** The lift that ends a press, given the latest move; the number of moves where none comes, −1 where the pedal is up. */
function pedalUpAfter(pedal: Timeline, latest: number): number {
  return latest >= 0 && pedal.values[latest] === 1 ? latest + 1 : -1;
}

/** The tick of the last release or pedal move of each piece (`Channels.pieceOf`). */
function lastEventTicks(
  { endTicks, places, length }: ReadNotes,
  channels: Channels,
): ReadonlyMap<number, number> {
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

/** By pitch, the last two strikes of an instrument under a pedal that were seen, from the end of the piece on. */
class NextNoteOns {
  readonly #latest = new Float64Array(128).fill(Infinity);
  readonly #later = new Float64Array(128).fill(Infinity);

  /** Seconds of the first strike after a time that is no later than those before; Infinity where there is none. */
  after(pitch: number, seconds: number): number {
    const latest = this.#latest[pitch]!;
    return latest > seconds ? latest : this.#later[pitch]!;
  }

  noteOn(pitch: number, seconds: number): void {
    if (this.#latest[pitch] === seconds) return;
    this.#later[pitch] = this.#latest[pitch]!;
    this.#latest[pitch] = seconds;
  }
}

const NO_NOTE_ONS = new NextNoteOns();
