/** Converts objects of `@tonejs/midi` to a `Score`. */
import { assembleScore } from "./midi.ts";
import type { MidiEvent, Score, Track } from "./score.ts";
import type { ToneMidi, ToneMidiTrack } from "./tone-midi.ts";
import { fromUnit } from "./tone-notes.ts";
import {
  badValue,
  checkWhole,
  fromBend,
  KEY_SIGNATURE_META,
  keyData,
  microsecondsOf,
  readableText,
  TEXT_TYPES,
  tickOf,
  TIME_SIGNATURE_META,
  timeSignatureData,
} from "./tone-values.ts";
import { controlChange, metaEvent, noteOff, programChange, tempoEvent, trackOf } from "./track-builder.ts";

/**
 * Converts an object of `@tonejs/midi` to a score with the track layout of its own writer: a first track with tempos, signatures and
 * texts, then one track per track of the object. Times are taken from ticks, not seconds. Use it with `writeMidi` in place of
 * `Midi#toArray`, which writes wrong key signatures and pitch bends (2.0.28).
 *
 * @param midi a `Midi`, or the result of `Midi#toJSON()`.
 * @throws MidiError for a value that MIDI cannot represent.
 * @example
 * const midi = new Midi(bytes);
 * for (const { notes } of midi.tracks) for (const note of notes) note.midi += 12;
 * await writeFile("octave-up.mid", writeMidi(fromToneMidi(midi)));
 */
export function fromToneMidi(midi: ToneMidi): Score {
  const { header } = midi;
  const ticksPerQuarter = checkWhole("ppq", header.ppq, 1, 0x7fff);
  const conductor: MidiEvent[] = [
    ...header.meta.flatMap(({ type, ticks, text }) => {
      const number = TEXT_TYPES.get(type);
      const data = new TextEncoder().encode(readableText(text));
      return number === undefined ? [] : [metaEvent(tickOf(ticks), number, data)];
    }),
    ...header.tempos.map(({ ticks, bpm }) => tempoEvent(tickOf(ticks), microsecondsOf(bpm))),
    ...header.timeSignatures.map(({ ticks, timeSignature }) => {
      return metaEvent(tickOf(ticks), TIME_SIGNATURE_META, timeSignatureData(timeSignature));
    }),
    ...header.keySignatures.map(({ ticks, key, scale }) => {
      return metaEvent(tickOf(ticks), KEY_SIGNATURE_META, keyData(key, scale));
    }),
  ];
  const programs = programChanges(midi.tracks);
  return assembleScore({ kind: "quarter", ticksPerQuarter }, [
    trackOf(readableText(header.name), conductor),
    ...midi.tracks.map((track, index) => fromToneTrack(track, programs[index] ?? [])),
  ]);
}

/**
 * The program changes of each track. All tracks share the 16 channels, and a channel has one program at a time. Where tracks with
 * different programs share a channel, a program change precedes each note whose program differs from that of the note before.
 */
function programChanges(tracks: readonly ToneMidiTrack[]): MidiEvent[][] {
  const changes: MidiEvent[][] = tracks.map(() => []);
  const byChannel = new Map<number, { index: number; program: number; onsets: number[] }[]>();
  for (const [index, { channel, instrument, notes }] of tracks.entries()) {
    checkWhole("channel", channel, 0, 15);
    const program = checkWhole("instrument number", instrument.number, 0, 127);
    const onsets = notes.map(({ ticks }) => tickOf(ticks));
    byChannel.set(channel, [...(byChannel.get(channel) ?? []), { index, program, onsets }]);
  }
  for (const [channel, all] of byChannel) {
    const playing = all.filter(({ onsets }) => onsets.length > 0);
    const parts = playing.length > 0 ? playing : all;
    if (new Set(parts.map(({ program }) => program)).size === 1) {
      for (const { index, program } of parts) changes[index]?.push(programChange(0, channel, program));
      continue;
    }
    const starts = parts.flatMap(({ index, program, onsets }) => {
      return (onsets.length > 0 ? onsets : [0]).map((tick) => ({ index, program, tick }));
    });
    let selected: number | undefined;
    for (const { index, program, tick } of starts.sort((a, b) => a.tick - b.tick || a.index - b.index)) {
      const trackChanges = changes[index];
      if (program !== selected || trackChanges?.length === 0)
        trackChanges?.push(programChange(tick, channel, program));
      selected = program;
    }
  }
  return changes;
}

function fromToneTrack({ name, channel, ...track }: ToneMidiTrack, programs: readonly MidiEvent[]): Track {
  const controllers = Object.values(track.controlChanges)
    .flat()
    .map(({ number, value, ticks }) => {
      const controller = checkWhole("controller number", number, 0, 127);
      return controlChange(tickOf(ticks), channel, controller, fromUnit(value));
    });
  const bends = track.pitchBends.map(({ ticks, value }): MidiEvent => {
    const bend = fromBend(value);
    const [data1, data2] = [bend & 0x7f, bend >> 7];
    return { kind: "channel", tick: tickOf(ticks), status: 0xe0 | channel, data1, data2 };
  });
  const ons: MidiEvent[] = [];
  const offs: MidiEvent[] = [];
  for (const { midi, velocity, ticks, durationTicks } of track.notes) {
    if (!(durationTicks >= 0)) throw badValue(`a note must last 0 ticks or longer, got ${durationTicks}`);
    if (!Number.isFinite(velocity)) throw badValue(`velocity must be from 0 to 1, got ${velocity}`);
    const data1 = checkWhole("pitch", midi, 0, 127);
    const tick = tickOf(ticks);
    const data2 = Math.max(1, fromUnit(velocity));
    ons.push({ kind: "channel", tick, status: 0x90 | channel, data1, data2 });
    offs.push(noteOff(Math.max(tick + 1, tickOf(ticks + durationTicks)), channel, data1));
  }
  // Order on one tick: controllers, note-offs, note-ons, so that a repeated note is not ended by its predecessor's note-off.
  const built = trackOf(readableText(name), [...programs, ...controllers, ...bends, ...offs, ...ons]);
  return { ...built, endTick: Math.max(built.endTick, tickOf(track.endOfTrackTicks ?? 0)) };
}
