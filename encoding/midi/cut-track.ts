/** The tracks of a primer, cut where the continuation begins. */
import type { ChannelEvent, MidiEvent, Score, ScoreNote, Track } from "./score.ts";
import { controlChange, noteOff } from "./track-builder.ts";

const SUSTAIN_CONTROLLER = 64;

/** The point at which the tracks of a primer are cut. */
export interface Cut {
  /** Tick at which pedals go up and notes end, except for the notes in `ends`. */
  readonly tick: number;
  /** Last tick for events other than notes; Infinity for all. */
  readonly lastTick: number;
  /** Whether tracks keep their end; if false, a track ends with its last event. */
  readonly keepsTrackEnds: boolean;
}

/** A key for a note that stays the same when the events are parsed again. */
export function noteKey(note: Pick<ScoreNote, "track" | "noteOnIndex">): string {
  return `${note.track}:${note.noteOnIndex}`;
}

/**
 * Cuts the tracks. Unchanged events keep their order. A note without a note-off gets one at its end, so that it does not sound into
 * the continuation.
 *
 * @param ends end ticks of the notes to keep, by `noteKey`; all other notes are removed.
 */
export function cutTracks(primer: Score, ends: ReadonlyMap<string, number>, cut: Cut): Track[] {
  const notes: ScoreNote[][] = primer.tracks.map(() => []);
  for (const note of primer.notes) notes[note.track]?.push(note);
  return primer.tracks.map((track, index) => cutTrack(track, notes[index] ?? [], ends, cut));
}

function cutTrack(
  track: Track,
  notes: readonly ScoreNote[],
  ends: ReadonlyMap<string, number>,
  cut: Cut,
): Track {
  const noteOns = new Map(notes.map((note) => [note.noteOnIndex, note]));
  const noteOffs = new Map(notes.map((note) => [note.noteOffIndex, note]));
  const moved: MidiEvent[] = [];
  const events: MidiEvent[] = [];
  const pedals = new Set<number>();
  for (const [index, event] of track.events.entries()) {
    const started = noteOns.get(index);
    const note = started ?? noteOffs.get(index);
    if (note) {
      const endTick = ends.get(noteKey(note));
      if (endTick === undefined) continue;
      const isMoved = endTick !== note.endTick;
      if (started || !isMoved) events.push(event);
      if (started && (isMoved || track.events[note.noteOffIndex] === undefined))
        moved.push(noteOff(Math.max(endTick, note.startTick + 1), note.channel, note.pitch));
    } else if (event.kind === "channel" && isNoteOn(event)) {
      // A note-on that is not part of a note.
      if (event.tick > cut.tick) continue;
      events.push(event);
      moved.push(noteOff(endWithoutNote(track, index, event, cut), event.status & 0x0f, event.data1));
    } else if (event.tick <= cut.lastTick) {
      events.push(event);
      if (event.kind === "channel" && isSustain(event) && event.tick <= cut.tick) {
        if (event.data2 >= 64) pedals.add(event.status & 0x0f);
        else pedals.delete(event.status & 0x0f);
      }
    }
  }
  // On one tick: note-offs first, pedal-up events last, or another event would put the pedal down again.
  const pedalUps = Array.from(pedals, (channel) => controlChange(cut.tick, channel, SUSTAIN_CONTROLLER, 0));
  const sorted = [...moved, ...events, ...pedalUps].sort((a, b) => a.tick - b.tick);
  const last = sorted.at(-1)?.tick ?? 0;
  return {
    name: track.name,
    events: sorted,
    endTick: cut.keepsTrackEnds ? Math.max(last, track.endTick) : last,
  };
}

/** End of a note-on without a note: the next note-on of its key, or the end of the track. */
function endWithoutNote(
  track: Track,
  index: number,
  { tick, status, data1 }: ChannelEvent,
  cut: Cut,
): number {
  const next = track.events.find(
    (event, other) =>
      other > index &&
      event.kind === "channel" &&
      event.tick > tick &&
      isNoteOn(event) &&
      event.status === status &&
      event.data1 === data1,
  );
  return Math.max(tick + 1, Math.min(next?.tick ?? track.endTick, cut.tick));
}

function isSustain({ status, data1 }: ChannelEvent): boolean {
  return (status & 0xf0) === 0xb0 && data1 === SUSTAIN_CONTROLLER;
}

function isNoteOn({ status, data2 }: ChannelEvent): boolean {
  return (status & 0xf0) === 0x90 && data2 > 0;
}
