/**
 * `Score` <-> the objects of `@tonejs/midi` (what `Midi#toJSON()` gives and `Midi#fromJSON()` takes). Only their shape is
 * known here: the package is not needed.
 */
import { pitchName } from "./event-text.ts";
import { MidiError } from "./midi-error.ts";
import { assembleScore } from "./midi.ts";
import type { ChannelEvent, MidiEvent, Score, ScoreNote, Track } from "./score.ts";
import { tempoChanges, TempoMap } from "./tempo-map.ts";
import { fromUnit, toUnit } from "./tone-notes.ts";
import { controlChange, metaEvent, noteEvents, programChange, tempoEvent, trackOf } from "./track-builder.ts";

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

/** A track as `@tonejs/midi` has it. */
export interface ToneMidiTrack {
  name: string;
  channel: number;
  /** Only `number` counts; `@tonejs/midi` derives the rest from it. */
  instrument: { number: number; name: string; family: string };
  notes: ToneMidiNote[];
  /** By controller number. */
  controlChanges: Record<number, ToneMidiControlChange[]>;
  /** Values −8192 to 8191. */
  pitchBends: { ticks: number; time: number; value: number }[];
  endOfTrackTicks?: number;
}

/** What a `Midi` of `@tonejs/midi` holds, and `toJSON()` gives. */
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

/** Meta types of text events, by `@tonejs/midi`'s names. */
const TEXT_TYPES: ReadonlyMap<string, number> = new Map([
  ["text", 0x01],
  ["copyrightNotice", 0x02],
  ["lyrics", 0x05],
  ["marker", 0x06],
  ["cuePoint", 0x07],
]);
const TIME_SIGNATURE_META = 0x58;
const KEY_SIGNATURE_META = 0x59;
/** From seven flats to seven sharps. */
const KEYS = ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"];
/** What SMPTE time, which the objects cannot hold, is counted in: a tick is a millisecond. */
const SMPTE_PPQ = 500;

/**
 * A score as `@tonejs/midi` would have read it: one track for each channel of each track that has notes, controllers or
 * pitch bends. Its times are this reader's, so they are right where `@tonejs/midi`'s are not (see README.md).
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
  const when = (ticks: number): { ticks: number; time: number } => ({
    ticks: tick(ticks),
    time: map.seconds(ticks),
  });
  const all = score.tracks.flatMap((track) => track.events).sort((a, b) => a.tick - b.tick);
  const meta = all.filter((event) => event.kind === "meta");
  const textNames = new Map([...TEXT_TYPES].map(([name, type]) => [type, name]));
  return {
    header: {
      name: score.tracks[0]?.name ?? "",
      ppq: isSmpte ? SMPTE_PPQ : division.ticksPerQuarter,
      meta: meta.flatMap(({ type, tick: ticks, data }) => {
        const name = textNames.get(type);
        return name === undefined
          ? []
          : [{ text: new TextDecoder().decode(data), type: name, ticks: tick(ticks) }];
      }),
      tempos: isSmpte
        ? []
        : tempoChanges(score.tracks).map((change) => ({
            bpm: bpmOf(change.microsecondsPerQuarter),
            ...when(change.tick),
          })),
      timeSignatures: meta
        .filter(({ type, data }) => type === TIME_SIGNATURE_META && data.length >= 2)
        .map(({ tick: ticks, data: [numerator = 4, power = 2] }) => {
          return { ticks: tick(ticks), timeSignature: [numerator, 2 ** power] };
        }),
      keySignatures: meta
        .filter(({ type, data }) => type === KEY_SIGNATURE_META && data.length === 2)
        .map(({ tick: ticks, data: [sharps = 0, minor = 0] }) => {
          return {
            ticks: tick(ticks),
            key: KEYS[((sharps << 24) >> 24) + 7] ?? "C",
            scale: minor === 1 ? "minor" : "major",
          };
        }),
    },
    tracks: score.tracks.flatMap((track, index) => toToneTracks(score, track, index, when)),
  };
}

function toToneTracks(
  score: Score,
  track: Track,
  index: number,
  when: (ticks: number) => { ticks: number; time: number },
): ToneMidiTrack[] {
  const places = new Map<number, { notes: ScoreNote[]; events: ChannelEvent[] }>();
  const place = (channel: number): { notes: ScoreNote[]; events: ChannelEvent[] } => {
    const found = places.get(channel) ?? { notes: [], events: [] };
    places.set(channel, found);
    return found;
  };
  for (const note of score.notes) if (note.track === index) place(note.channel).notes.push(note);
  for (const event of track.events) {
    if (event.kind !== "channel") continue;
    const kind = event.status & 0xf0;
    if (kind === 0xb0 || kind === 0xe0) place(event.status & 0x0f).events.push(event);
  }
  return [...places].map(([channel, { notes, events }]) => {
    const controlChanges: Record<number, ToneMidiControlChange[]> = {};
    for (const { status, data1, data2, tick } of events) {
      if ((status & 0xf0) !== 0xb0) continue;
      const ofNumber = (controlChanges[data1] ??= []);
      ofNumber.push({ number: data1, value: toUnit(data2), ...when(tick) });
    }
    return {
      name: track.name,
      channel,
      instrument: { number: notes[0]?.program ?? 0, name: "", family: "" },
      notes: notes.map((note) => {
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
      }),
      controlChanges,
      pitchBends: events
        .filter(({ status }) => (status & 0xf0) === 0xe0)
        .map(({ tick, data1, data2 }) => ({ value: (data1 | (data2 << 7)) - 8192, ...when(tick) })),
      endOfTrackTicks: when(track.endTick).ticks,
    };
  });
}

/**
 * A score from an object of `@tonejs/midi`, as its own writer lays a file out: tempos, signatures and texts on a first
 * track, then one track for each of its own. Ticks count; seconds follow from them and the tempos.
 *
 * @param midi what `Midi#toJSON()` gives; a `Midi` itself will do.
 * @throws MidiError for a value that MIDI cannot hold.
 */
export function fromToneMidi(midi: ToneMidi): Score {
  const { header } = midi;
  if (!Number.isInteger(header.ppq) || header.ppq < 1 || header.ppq > 0x7fff) {
    throw badValue(`ppq must be a whole number from 1 to 32767, got ${header.ppq}`);
  }
  const conductor: MidiEvent[] = [
    ...header.meta.flatMap(({ type, ticks, text }) => {
      const number = TEXT_TYPES.get(type);
      return number === undefined ? [] : [metaEvent(ticks, number, new TextEncoder().encode(text))];
    }),
    ...header.tempos.map(({ ticks, bpm }) => tempoEvent(ticks, microsecondsOf(bpm))),
    ...header.timeSignatures.map(({ ticks, timeSignature: [numerator = 4, denominator = 4] }) => {
      return metaEvent(ticks, TIME_SIGNATURE_META, Uint8Array.of(numerator, Math.log2(denominator), 24, 8));
    }),
    ...header.keySignatures.map(({ ticks, key, scale }) => {
      const sharps = KEYS.indexOf(key) - 7;
      return metaEvent(ticks, KEY_SIGNATURE_META, Uint8Array.of(sharps & 0xff, scale === "minor" ? 1 : 0));
    }),
  ];
  return assembleScore({ kind: "quarter", ticksPerQuarter: header.ppq }, [
    trackOf(header.name, conductor),
    ...midi.tracks.map(fromToneTrack),
  ]);
}

function fromToneTrack({ name, channel, instrument, ...track }: ToneMidiTrack): Track {
  const controllers = Object.values(track.controlChanges)
    .flat()
    .map(({ number, value, ticks }) => controlChange(ticks, channel, number, fromUnit(value)));
  const bends = track.pitchBends.map(({ ticks, value }): MidiEvent => {
    const bend = Math.min(16383, Math.max(0, Math.round(value) + 8192));
    return { kind: "channel", tick: ticks, status: 0xe0 | channel, data1: bend & 0x7f, data2: bend >> 7 };
  });
  // Counted in ticks throughout: "seconds" are ticks here.
  const notes = track.notes.map(({ midi, velocity, ticks, durationTicks }) => {
    return {
      pitch: midi,
      velocity: Math.max(1, fromUnit(velocity)),
      startSeconds: ticks,
      endSeconds: ticks + durationTicks,
    };
  });
  const events = [
    programChange(0, channel, instrument.number),
    ...controllers,
    ...bends,
    ...noteEvents(notes, channel, Math.round),
  ];
  const built = trackOf(name, events);
  return { ...built, endTick: Math.max(built.endTick, track.endOfTrackTicks ?? 0) };
}

/** `@tonejs/midi` rounds the way back down; where that would lose a microsecond, the tempo is a hair slower. */
function bpmOf(microsecondsPerQuarter: number): number {
  const bpm = 6e7 / microsecondsPerQuarter;
  return Math.floor(6e7 / bpm) === microsecondsPerQuarter ? bpm : 6e7 / (microsecondsPerQuarter + 1e-6);
}

function microsecondsOf(bpm: number): number {
  const value = Math.round(6e7 / bpm);
  if (value >= 1 && value <= 0xffffff) return value;
  throw badValue(`a tempo must be between 3.58 and 60000000 quarter notes a minute, got ${bpm}`);
}

function badValue(problem: string): MidiError {
  return new MidiError(problem, { code: "bad-value", hint: "correct the object before converting it" });
}
