/** Channel messages to notes and pedal moves, one track at a time. */
import type { PedalEvent, ScoreNote, Track } from "./score.ts";
import type { TempoMap } from "./tempo-map.ts";

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL_CHANGE = 0xb0;
const PROGRAM_CHANGE = 0xc0;
const SUSTAIN_CONTROLLER = 64;
/** Controller values from here on mean that the pedal is down. */
const PEDAL_DOWN = 64;

/** Note-ons of one key that have not ended yet: event indices, and the first one still open. */
interface OpenKey {
  readonly noteOnIndices: number[];
  first: number;
}

/**
 * Appends the notes and pedal moves of a track. A note-off (or a note-on of velocity 0) ends the oldest open note of
 * its channel and pitch; one without an open note is ignored.
 *
 * @returns how many notes never end; they are left out, as in pretty_midi.
 */
export function readTrackNotes(
  track: Track,
  trackIndex: number,
  tempo: TempoMap,
  notes: ScoreNote[],
  pedal: PedalEvent[],
): number {
  const startSeconds = tempo.walk();
  const seconds = tempo.walk();
  const programs = new Uint8Array(16);
  const open = new Map<number, OpenKey>();
  let openCount = 0;
  for (const [index, event] of track.events.entries()) {
    if (event.kind !== "channel") continue;
    const channel = event.status & 0x0f;
    const kind = event.status & 0xf0;
    if (kind === NOTE_ON && event.data2 > 0) {
      const key = channel * 128 + event.data1;
      const queue = open.get(key);
      if (queue) queue.noteOnIndices.push(index);
      else open.set(key, { noteOnIndices: [index], first: 0 });
      openCount += 1;
    } else if (kind === NOTE_OFF || kind === NOTE_ON) {
      const queue = open.get(channel * 128 + event.data1);
      const noteOnIndex = queue?.noteOnIndices[queue.first];
      const noteOn = noteOnIndex === undefined ? undefined : track.events[noteOnIndex];
      if (!queue || noteOnIndex === undefined || noteOn?.kind !== "channel") continue;
      queue.first += 1;
      if (queue.first === queue.noteOnIndices.length) {
        queue.noteOnIndices.length = 0;
        queue.first = 0;
      }
      openCount -= 1;
      notes.push({
        pitch: event.data1,
        velocity: noteOn.data2,
        startSeconds: startSeconds(noteOn.tick),
        endSeconds: seconds(event.tick),
        startTick: noteOn.tick,
        endTick: event.tick,
        track: trackIndex,
        channel,
        program: programs[channel] ?? 0,
        noteOnIndex,
        noteOffIndex: index,
      });
    } else if (kind === PROGRAM_CHANGE) {
      programs[channel] = event.data1;
    } else if (kind === CONTROL_CHANGE && event.data1 === SUSTAIN_CONTROLLER) {
      pedal.push({
        seconds: seconds(event.tick),
        isDown: event.data2 >= PEDAL_DOWN,
        track: trackIndex,
        channel,
        program: programs[channel] ?? 0,
      });
    }
  }
  return openCount;
}
