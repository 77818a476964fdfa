/** Notes to the MIDI events of a track. */
import { MidiError } from "./midi-error.ts";
import type { MidiEvent, Note, Track } from "./score.ts";
import { TEMPO_META } from "./tempo-map.ts";

const TRACK_NAME_META = 0x03;
const PORT_META = 0x21;

/** Builds a track; events are sorted by tick, stably. */
export function trackOf(name: string, events: readonly MidiEvent[]): Track {
  const sorted = [...events].sort((a, b) => a.tick - b.tick);
  const nameEvent = metaEvent(0, TRACK_NAME_META, new TextEncoder().encode(name));
  return { name, events: [nameEvent, ...sorted], endTick: sorted.at(-1)?.tick ?? 0 };
}

export function metaEvent(tick: number, type: number, data: Uint8Array): MidiEvent {
  return { kind: "meta", tick, type, data };
}

export function tempoEvent(tick: number, microsecondsPerQuarter: number): MidiEvent {
  const value = microsecondsPerQuarter;
  const data = Uint8Array.of((value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
  return metaEvent(tick, TEMPO_META, data);
}

export function programChange(tick: number, channel: number, program: number): MidiEvent {
  return { kind: "channel", tick, status: 0xc0 | channel, data1: program, data2: 0 };
}

export function controlChange(tick: number, channel: number, controller: number, value: number): MidiEvent {
  return { kind: "channel", tick, status: 0xb0 | channel, data1: controller, data2: value };
}

/** @param value from 0 to 16383; 8192 is the center. */
export function pitchBend(tick: number, channel: number, value: number): MidiEvent {
  return { kind: "channel", tick, status: 0xe0 | channel, data1: value & 0x7f, data2: value >> 7 };
}

/** The MIDI port of a track. */
export function portEvent(port: number): MidiEvent {
  return metaEvent(0, PORT_META, Uint8Array.of(port));
}

export function noteOff(tick: number, channel: number, pitch: number): MidiEvent {
  return { kind: "channel", tick, status: 0x80 | channel, data1: pitch, data2: 0 };
}

/**
 * Note-on and note-off events in playing order. On one tick, note-offs precede note-ons, so that a repeated note is not ended by its
 * predecessor's note-off. The minimum length is one tick.
 *
 * @param toTick converts seconds to the nearest tick.
 * @throws MidiError when a pitch or velocity is out of range, or a note ends before it starts.
 */
export function noteEvents(
  notes: readonly Note[],
  channel: number,
  toTick: (seconds: number) => number,
): MidiEvent[] {
  const events: MidiEvent[] = [];
  for (const note of notes) {
    checkNote(note);
    const startTick = toTick(note.startSeconds);
    const endTick = Math.max(startTick + 1, toTick(note.endSeconds));
    const status = 0x90 | channel;
    events.push({ kind: "channel", tick: startTick, status, data1: note.pitch, data2: note.velocity });
    events.push(noteOff(endTick, channel, note.pitch));
  }
  return events.sort((a, b) => a.tick - b.tick || isNoteOn(a) - isNoteOn(b));
}

function isNoteOn(event: MidiEvent): number {
  return event.kind === "channel" && event.status >= 0x90 ? 1 : 0;
}

function checkNote(note: Note): void {
  const { pitch, velocity, startSeconds, endSeconds } = note;
  const problem =
    !Number.isInteger(pitch) || pitch < 0 || pitch > 127
      ? `pitch must be a whole number from 0 to 127, got ${pitch}`
      : !Number.isInteger(velocity) || velocity < 1 || velocity > 127
        ? `velocity must be a whole number from 1 to 127, got ${velocity}`
        : !(startSeconds >= 0) || !(endSeconds >= startSeconds) || endSeconds === Infinity
          ? `a note must start at 0 s or later and end after it, got ${startSeconds} to ${endSeconds} s`
          : undefined;
  if (problem !== undefined) {
    throw new MidiError(problem, { code: "bad-value", hint: "correct the note before writing it" });
  }
}
