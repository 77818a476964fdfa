/** Extends the durations of notes by the sustain pedal. */
import { columnsOf, type NoteColumns } from "./note-columns.ts";
import { type Pedal, pedalsOf, type PedalSpans } from "./pedal.ts";
import { DRUM_CHANNEL, type PedalEvent, type ScoreNote } from "./score.ts";
import { lastAtMost } from "../sort.ts";

/**
 * Extends notes by the sustain pedal, as `apply_sustain_control_changes` of note-seq does. While the pedal of a channel is down, its
 * notes sound after their note-offs, until the pedal goes up or the next note-on of the key; a note that is repeated at its own start
 * is dropped. Notes that still sound at the last event of the piece end there. The order of events at one time is: pedal down, pedal up, note-ons,
 * note-offs. The pedal applies to all programs of its channel and track; only a note-on of the same program ends a note.
 *
 * @param notes in order of start; percussion is omitted.
 * @returns the notes in the same order, with new ends in seconds. `startTick` and `endTick` stay those of the key.
 */
export function applySustain(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): ScoreNote[] {
  const ends = sustainedEnds(pedaledNotes(notes, pedal));
  const sustained: ScoreNote[] = [];
  for (const [index, note] of notes.entries()) {
    const endSeconds = ends[index] ?? NaN;
    if (endSeconds === note.endSeconds) sustained.push(note);
    else if (!Number.isNaN(endSeconds)) sustained.push({ ...note, endSeconds });
  }
  return sustained;
}

/** Notes as columns, with their pedals; the notes of one track are in order of start. */
export interface PedaledNotes extends NoteColumns {
  /** Track × 16 + channel of each note. */
  readonly trackChannels: Uint32Array;
  readonly programs: Uint8Array;
  readonly length: number;
  /** Pedals by track × 16 + channel. */
  readonly pedals: ReadonlyMap<number, Pedal>;
}

export function pedaledNotes(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): PedaledNotes {
  return {
    ...columnsOf(notes),
    trackChannels: Uint32Array.from(notes, ({ track, channel }) => track * 16 + channel),
    programs: Uint8Array.from(notes, ({ program }) => program),
    length: notes.length,
    pedals: pedalsOf(pedal),
  };
}

/**
 * The end of each note with the pedal, in seconds; NaN for an omitted note. note-seq simulates the events in order. Here each end is
 * computed directly, from the next note-on of the key under the pedal and the next pedal-up after the note-off.
 */
export function sustainedEnds(notes: PedaledNotes): Float64Array {
  const { startSeconds, endSeconds, pitches, trackChannels, programs, pedals, length } = notes;
  const ends = new Float64Array(length);
  const nextOnsetsUnderPedal = new Map<number, Float64Array<ArrayBuffer>>();
  let latestInstrument = -1;
  let spans: PedalSpans | undefined;
  /** Index of the last pedal span that begins at or before the start of the note. */
  let span = 0;
  /** By pitch: time of the next note-on while the pedal is down. */
  let nextOnsets = new Float64Array(0);
  let lastSeconds = 0;
  const heldToEnd: number[] = [];
  for (let row = length - 1; row >= 0; row -= 1) {
    const trackChannel = trackChannels[row]!;
    const start = startSeconds[row]!;
    const instrument = trackChannel * 128 + programs[row]!;
    if (instrument !== latestInstrument) {
      latestInstrument = instrument;
      const pedal = pedals.get(trackChannel);
      lastSeconds = Math.max(lastSeconds, pedal?.lastSeconds ?? 0);
      spans = pedal?.spans();
      span = spans ? lastAtMost(spans.starts, start) : 0;
      nextOnsets = nextOnsetsUnderPedal.get(instrument) ?? new Float64Array(128).fill(Infinity);
      nextOnsetsUnderPedal.set(instrument, nextOnsets);
    }
    if ((trackChannel & 0x0f) === DRUM_CHANNEL) {
      ends[row] = NaN;
      continue;
    }
    const released = endSeconds[row]!;
    lastSeconds = Math.max(lastSeconds, released);
    if (!spans) {
      ends[row] = released;
      continue;
    }
    const { starts, ends: pedalEnds } = spans;
    while ((starts[span] ?? 0) > start) span -= 1;
    // In most cases the pedal does not go down again before the note-off.
    const isLatest = (starts[span + 1] ?? Infinity) > released;
    const spanAtRelease = isLatest ? span : lastAtMost(starts, released, span + 1);
    const pitch = pitches[row]!;
    const repeated = nextOnsets[pitch] ?? Infinity;
    const pedalUp = Math.max(released, pedalEnds[spanAtRelease] ?? Infinity);
    const end = repeated <= released ? repeated : Math.min(repeated, pedalUp);
    ends[row] = repeated === start ? NaN : end;
    if (end === Infinity) heldToEnd.push(row);
    if ((pedalEnds[span] ?? Infinity) > start) nextOnsets[pitch] = start;
  }
  for (const row of heldToEnd) ends[row] = lastSeconds;
  return ends;
}
