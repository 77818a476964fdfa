/**
 * The ends of the sound of notes. The sustain and sostenuto pedals of a channel sustain the notes of all its tracks after their note-offs, until
 * the pedal goes up, the same program has another note-on of the key, or CC 120 ends all sound. Notes that are sustained to the end stop
 * with the last note-off or pedal event of the piece (in format 2, of the pattern). Events on one tick apply in file order. Note-ons of
 * one key on one tick do not end each other.
 */
import { Channel, type Channels, orderOf, type Timeline } from "./channel-timeline.ts";
import type { NoteEnd, ReadNotes } from "./note-table.ts";
import type { TempoMap } from "./tempo-map.ts";

const NONE = -1;

/** Seconds at which each note of a table stops sounding; NaN for percussion. */
export function soundEnds(table: ReadNotes, channels: Channels, tempo: TempoMap): Float64Array {
  const { length, isPercussion, endSeconds } = table;
  const ends = endSeconds.slice(0, length);
  for (let row = 0; row < length; row += 1) if (isPercussion[row] === 1) ends[row] = NaN;
  if (channels.havePedals) extendByPedals(table, channels, tempo, ends);
  return ends;
}

/** Writes the ends of notes on channels with pedals. */
function extendByPedals(table: ReadNotes, channels: Channels, tempo: TempoMap, ends: Float64Array): void {
  const { trackChannels, programs, pitches, startSeconds, endSeconds } = table;
  const { isPercussion, isPedalDownAtOnset, pedalEventsBeforeEnd } = table;
  /** Computed when a pedal never goes up. */
  let lastTicks: ReadonlyMap<number, number> | undefined;
  const lastTickOf = (track: number): number =>
    (lastTicks ??= lastEventTicks(table, channels)).get(channels.pieceOf(track))!;
  const noteOns = new Map<number, NextNoteOns>();
  const noteOnsOf = (channelId: number, program: number): NextNoteOns => {
    const instrument = channelId * 128 + program;
    const known = noteOns.get(instrument) ?? new NextNoteOns();
    noteOns.set(instrument, known);
    return known;
  };
  const known: (TrackChannel | undefined)[] = [];
  const order = table.rowsByOnset();
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const row = order[index]!;
    if (isPercussion[row] === 1) continue;
    const trackChannel = (known[trackChannels[row]!] ??= trackChannelOf(
      trackChannels[row]!,
      channels,
      tempo,
    ));
    const { channel } = trackChannel;
    if (!trackChannel.hasPedals) continue;
    if (programs[row] !== trackChannel.program) {
      trackChannel.program = programs[row]!;
      trackChannel.next = noteOnsOf(trackChannel.channelId, trackChannel.program);
    }
    const { next, pedalTimes } = trackChannel;
    const pitch = pitches[row]!;
    const start = startSeconds[row]!;
    const end = endSeconds[row]!;
    const repeated = next.after(pitch, start);
    if (repeated <= end) {
      ends[row] = repeated;
    } else {
      let pedalUp = end;
      if (trackChannel.hasOnlySustain) {
        // Pedal-down and pedal-up alternate, beginning with down.
        const before = pedalEventsBeforeEnd[row]!;
        if ((before & 1) === 1) pedalUp = before < pedalTimes.length ? pedalTimes[before]! : Infinity;
      } else {
        pedalUp = pedalUpSeconds(table, row, channel, tempo);
      }
      if (repeated < pedalUp) ends[row] = repeated;
      else if (pedalUp < Infinity) ends[row] = pedalUp;
      else ends[row] = tempo.seconds(Math.max(lastTickOf(trackChannels[row]! >>> 4), table.endTick(row)));
    }
    if (isPedalDownAtOnset[row] === 1 || isSostenutoDownAtOnset(table, row, channel))
      next.noteOn(pitch, start);
  }
}

/** A channel of a track, with the program of the note that was read last. */
interface TrackChannel {
  readonly channel: Channel;
  readonly channelId: number;
  readonly hasPedals: boolean;
  readonly hasOnlySustain: boolean;
  /** Times of its sustain pedal events, in seconds. */
  readonly pedalTimes: Float64Array;
  program: number;
  next: NextNoteOns;
}

function trackChannelOf(number: number, channels: Channels, tempo: TempoMap): TrackChannel {
  const [track, channelNumber] = [number >>> 4, number & 0x0f];
  const channel = channels.of(track, channelNumber);
  return {
    channel,
    channelId: channels.idOf(track, channelNumber),
    hasPedals: channel.hasPedals,
    hasOnlySustain: channel.sostenuto.length + channel.soundOffs.length === 0,
    pedalTimes: channel.sustainSeconds(tempo),
    program: NONE,
    next: NO_NOTE_ONS,
  };
}

/**
 * Time from which on no pedal sustains a note, or at which all sound ends: the end of the note where no pedal sustains it, Infinity
 * where a pedal never goes up.
 */
function pedalUpSeconds(table: ReadNotes, row: number, channel: Channel, tempo: TempoMap): number {
  const { soundOffs } = channel;
  const end = endOf(table, row);
  let tick = pedalUpTick(channel, startOf(table, row), end);
  const silence = soundOffs.length > 0 ? soundOffs.lastBefore(end.tick, end.order) + 1 : 0;
  if (silence < soundOffs.length) tick = Math.min(tick, soundOffs.ticks[silence]!);
  return tick === Infinity ? Infinity : tempo.seconds(tick);
}

function startOf(table: ReadNotes, row: number): NoteEnd {
  return {
    tick: table.startTick(row),
    order: orderOf(table.trackChannels[row]! >>> 4, table.noteOnIndices[row]!),
  };
}

function endOf(table: ReadNotes, row: number): NoteEnd {
  const index = table.noteOffIndices[row]!;
  if (index < 0) return table.unreleased.get(row)!;
  return { tick: table.endTick(row), order: orderOf(table.trackChannels[row]! >>> 4, index) };
}

function isSostenutoDownAtOnset(table: ReadNotes, row: number, { sostenuto }: Channel): boolean {
  if (sostenuto.length === 0) return false;
  const { tick, order } = startOf(table, row);
  return sostenuto.valueAt(tick, order, 0) === 1;
}

/** The tick from which on no pedal sustains a note. Sostenuto sustains the keys that were down at its pedal-down. */
function pedalUpTick({ sustain, sostenuto }: Channel, start: NoteEnd, release: NoteEnd): number {
  let { tick, order } = release;
  for (;;) {
    let up = pedalUpAfter(sustain, sustain.lastBefore(tick, order));
    let pedal = sustain;
    if (up < 0 && sostenuto.length > 0) {
      const press = sostenuto.lastBefore(tick, order);
      pedal = sostenuto;
      const isCaught =
        press >= 0 &&
        !sostenuto.isBefore(press, start.tick, start.order) &&
        sostenuto.isBefore(press, release.tick, release.order);
      if (isCaught) up = pedalUpAfter(sostenuto, press);
    }
    if (up < 0) return tick;
    if (up === pedal.length) return Infinity;
    tick = pedal.ticks[up]!;
    order = pedal.orders[up]! + 0.5;
  }
}

/** Index of the pedal-up after the latest event; the number of events where none follows, −1 where the pedal is up. */
function pedalUpAfter(pedal: Timeline, latest: number): number {
  return latest >= 0 && pedal.values[latest] === 1 ? latest + 1 : -1;
}

/** The tick of the last note-off or pedal event of each piece (`Channels.pieceOf`). */
function lastEventTicks(table: ReadNotes, channels: Channels): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  const update = (piece: number, tick: number): void => {
    if (tick >= (last.get(piece) ?? 0)) last.set(piece, tick);
  };
  for (let row = 0; row < table.length; row += 1)
    update(channels.pieceOf(table.trackChannels[row]! >>> 4), table.endTick(row));
  for (const [piece, { sustain, sostenuto }] of channels.byPiece()) {
    update(piece, Math.max(sustain.ticks.at(-1) ?? 0, sostenuto.ticks.at(-1) ?? 0));
  }
  return last;
}

/** By pitch, the next two note-ons of an instrument under a pedal. The piece is read backward. */
class NextNoteOns {
  readonly #latest = new Float64Array(128).fill(Infinity);
  readonly #later = new Float64Array(128).fill(Infinity);

  /** Time of the first note-on after a time; Infinity where there is none. Times must not increase between calls. */
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
