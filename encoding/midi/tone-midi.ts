/**
 * Converts a `Score` to objects of `@tonejs/midi`: the result of `Midi#toJSON()` and the input of `Midi#fromJSON()`. The package itself
 * is not needed.
 */
import { pitchName } from "../pitch-name.ts";
import type { ChannelEvent, Score, ScoreNote, Track } from "./score.ts";
import { DEFAULT_MICROSECONDS_PER_QUARTER, tempoChanges, TempoMap } from "./tempo-map.ts";
import { toUnit } from "./tone-notes.ts";
import {
  bpmOf,
  KEY_SIGNATURE_META,
  keyOf,
  TEXT_TYPES,
  textOf,
  TIME_SIGNATURE_META,
  timeSignatureOf,
  toBend,
} from "./tone-values.ts";

export interface ToneMidiNote {
  midi: number;
  name: string;
  /** 0–1. */
  velocity: number;
  time: number;
  duration: number;
  ticks: number;
  durationTicks: number;
}

export interface ToneMidiControlChange {
  number: number;
  /** 0–1. */
  value: number;
  ticks: number;
  time: number;
}

/** A track of `@tonejs/midi`. */
export interface ToneMidiTrack {
  name: string;
  channel: number;
  /** Only `number` is read; `@tonejs/midi` derives the rest from it. */
  instrument: { number: number; name: string; family: string };
  notes: ToneMidiNote[];
  /** By controller number. */
  controlChanges: Record<number, ToneMidiControlChange[]>;
  /** Values −1 to 1, as `@tonejs/midi` reads them. */
  pitchBends: { ticks: number; time: number; value: number }[];
  endOfTrackTicks?: number;
}

/** The result of `Midi#toJSON()` of `@tonejs/midi`. */
export interface ToneMidi {
  header: {
    name: string;
    /** Ticks per quarter note. */
    ppq: number;
    meta: { text: string; type: string; ticks: number }[];
    tempos: { ticks: number; bpm: number; time?: number }[];
    timeSignatures: { ticks: number; timeSignature: number[]; measures?: number }[];
    keySignatures: { ticks: number; key: string; scale: string }[];
  };
  tracks: ToneMidiTrack[];
}

/** Ticks per quarter note for SMPTE time, which the objects do not support: at the default tempo, one tick is 1 ms. */
const SMPTE_PPQ = 500;

/** A time, in ticks of the objects and in seconds. */
interface Moment {
  ticks: number;
  time: number;
}

/** The notes, controllers and pitch bends of a channel of a track. */
interface Part {
  readonly notes: ScoreNote[];
  readonly events: ChannelEvent[];
}

/**
 * Converts a score to the objects that `@tonejs/midi` would read from its file: one track for each channel and program of each track
 * that has notes, controllers or pitch bends. A note has the program of its channel at its start. Each track has all controllers and
 * pitch bends of its channel. Times are those of this reader, also where `@tonejs/midi` is wrong (see README.md).
 *
 * `Midi#fromJSON` ignores the pitch bends, and `Midi#toArray` writes wrong key signatures (2.0.28): write with `fromToneMidi` and
 * `writeMidi`.
 *
 * @example
 * const midi = new Midi();
 * midi.fromJSON(toToneMidi(readMidi(bytes)));
 */
export function toToneMidi(score: Score): ToneMidi {
  const { division } = score;
  const isSmpte = division.kind === "smpte";
  const map = new TempoMap(division, score.tracks);
  const tick = (ticks: number): number => (isSmpte ? Math.round(map.seconds(ticks) * 1000) : ticks);
  const when = (ticks: number): Moment => ({ ticks: tick(ticks), time: map.seconds(ticks) });
  const all = score.tracks.flatMap((track) => track.events).sort((a, b) => a.tick - b.tick);
  const meta = all.filter((event) => event.kind === "meta");
  const textNames = new Map([...TEXT_TYPES].map(([name, type]) => [type, name]));
  return {
    header: {
      name: score.tracks[0]?.name ?? "",
      ppq: isSmpte ? SMPTE_PPQ : division.ticksPerQuarter,
      meta: meta.flatMap(({ type, tick: ticks, data }) => {
        const name = textNames.get(type);
        return name === undefined ? [] : [{ text: textOf(data), type: name, ticks: tick(ticks) }];
      }),
      tempos: temposOf(score).map(([ticks, microsecondsPerQuarter]) => ({
        bpm: bpmOf(microsecondsPerQuarter),
        ...when(ticks),
      })),
      timeSignatures: meta.flatMap(({ type, tick: ticks, data }) => {
        const timeSignature =
          type === TIME_SIGNATURE_META && data.length >= 2 ? timeSignatureOf(data) : undefined;
        return timeSignature === undefined ? [] : [{ ticks: tick(ticks), timeSignature }];
      }),
      keySignatures: meta.flatMap(({ type, tick: ticks, data }) => {
        const key = type === KEY_SIGNATURE_META && data.length === 2 ? keyOf(data) : undefined;
        return key === undefined ? [] : [{ ticks: tick(ticks), ...key }];
      }),
    },
    tracks: score.tracks.flatMap((track, index) => toToneTracks(score, track, index, when)),
  };
}

/**
 * Microseconds per quarter note by tick, one entry per tick. The first entry is at tick 0, even for the default tempo: `@tonejs/midi`
 * applies its first tempo from the start of the file.
 */
function temposOf({ division, tracks }: Score): [tick: number, microsecondsPerQuarter: number][] {
  const changes = division.kind === "smpte" ? [] : tempoChanges(tracks);
  return [
    ...new Map([
      [0, DEFAULT_MICROSECONDS_PER_QUARTER],
      ...changes.map((change) => [change.tick, change.microsecondsPerQuarter] as const),
    ]),
  ];
}

function toToneTracks(
  score: Score,
  track: Track,
  index: number,
  when: (ticks: number) => Moment,
): ToneMidiTrack[] {
  const parts = new Map<number, Part>();
  const part = (channel: number): Part => {
    const found = parts.get(channel) ?? { notes: [], events: [] };
    parts.set(channel, found);
    return found;
  };
  for (const note of score.notes) if (note.track === index) part(note.channel).notes.push(note);
  const selected = new Uint8Array(16);
  const firstPrograms = new Map<number, number>();
  const programs = new Map<number, number>();
  for (const [eventIndex, event] of track.events.entries()) {
    if (event.kind !== "channel") continue;
    const kind = event.status & 0xf0;
    const channel = event.status & 0x0f;
    if (kind === 0x90) programs.set(eventIndex, selected[channel]!);
    if (kind === 0xb0 || kind === 0xe0) part(channel).events.push(event);
    if (kind !== 0xc0) continue;
    selected[channel] = event.data1;
    if (!firstPrograms.has(channel)) firstPrograms.set(channel, event.data1);
  }
  return [...parts].flatMap(([channel, { notes, events }]) => {
    const byProgram = new Map<number, ScoreNote[]>();
    for (const note of notes) {
      const program = programs.get(note.noteOnIndex) ?? 0;
      const others = byProgram.get(program);
      if (others) others.push(note);
      else byProgram.set(program, [note]);
    }
    if (notes.length === 0) byProgram.set(firstPrograms.get(channel) ?? 0, []);
    return [...byProgram].map(([program, played]) => ({
      name: track.name,
      channel,
      instrument: { number: program, name: "", family: "" },
      notes: played.map((note) => toToneNote(note, when)),
      controlChanges: controlChangesOf(events, when),
      pitchBends: events
        .filter(({ status }) => (status & 0xf0) === 0xe0)
        .map(({ tick, data1, data2 }) => ({ value: toBend(data1, data2), ...when(tick) })),
      endOfTrackTicks: when(track.endTick).ticks,
    }));
  });
}

function toToneNote(note: ScoreNote, when: (ticks: number) => Moment): ToneMidiNote {
  const start = when(note.startTick);
  const end = when(note.endTick);
  return {
    midi: note.pitch,
    name: pitchName(note.pitch),
    velocity: toUnit(note.velocity),
    ...start,
    duration: end.time - start.time,
    durationTicks: end.ticks - start.ticks,
  };
}

function controlChangesOf(
  events: readonly ChannelEvent[],
  when: (ticks: number) => Moment,
): Record<number, ToneMidiControlChange[]> {
  const controlChanges: Record<number, ToneMidiControlChange[]> = {};
  for (const { status, data1, data2, tick } of events) {
    if ((status & 0xf0) !== 0xb0) continue;
    const sameController = (controlChanges[data1] ??= []);
    sameController.push({ number: data1, value: toUnit(data2), ...when(tick) });
  }
  return controlChanges;
}
