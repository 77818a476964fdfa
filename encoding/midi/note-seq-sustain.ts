/** The sustain pedal, folded into note lengths. */
import { columnsOf, type NoteColumns } from "./note-columns.ts";
import { type Pedal, pedalsOf, type PedalSpans } from "./pedal.ts";
import { DRUM_CHANNEL, type PedalEvent, type ScoreNote } from "./score.ts";
import { lastAtMost } from "../sort.ts";

/**
 * Lengthens notes by the sustain pedal, following note-seq's `apply_sustain_control_changes`. While the pedal of a
 * channel is down its notes sound on after their keys are released, until the pedal is lifted or the key is struck
 * again; a note struck again at the very moment it began is dropped. What still sounds at the end is ended by the last
 * event of the piece. At equal times the pedal goes down, then up, then keys are struck, then released. The pedal holds
 * every program of its channel and track; a key is struck again only by its own program.
 *
 * @param notes in order of start; percussion is left out.
 * @returns the notes in the same order, with new ends where the pedal held them. `startTick` and `endTick` stay those
 *   of the key.
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

/** Notes as columns, and the pedals that hold them; the notes of one track are in order of start. */
export interface PedaledNotes extends NoteColumns {
  /** The place of a note: its track × 16 + channel. */
  readonly places: Uint32Array;
  readonly programs: Uint8Array;
  readonly length: number;
  /** By place. */
  readonly pedals: ReadonlyMap<number, Pedal>;
}

export function pedaledNotes(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): PedaledNotes {
  return {
    ...columnsOf(notes),
    places: Uint32Array.from(notes, ({ track, channel }) => track * 16 + channel),
    programs: Uint8Array.from(notes, ({ program }) => program),
    length: notes.length,
    pedals: pedalsOf(pedal),
  };
}

/**
 * When each note ends with the pedal, in seconds; NaN for one that is left out. note-seq plays the events through one by
 * one; here each end is worked out alone, from the next time that its key is struck under the pedal and the moment that
 * the pedal it ends under is lifted.
 */
export function sustainedEnds(notes: PedaledNotes): Float64Array {
  const { startSeconds, endSeconds, pitches, places, programs, pedals, length } = notes;
  const ends = new Float64Array(length);
  const nextOnsetsUnderPedal = new Map<number, Float64Array<ArrayBuffer>>();
  let latestInstrument = -1;
  let spans: PedalSpans | undefined;
  /** Index of the last pedal span that begins at or before the start of the note. */
  let span = 0;
  /** By pitch: when the key is next struck while the pedal is down. */
  let nextOnsets = new Float64Array(0);
  let lastSeconds = 0;
  const neverLifted: number[] = [];
  for (let row = length - 1; row >= 0; row -= 1) {
    const place = places[row]!;
    const start = startSeconds[row]!;
    const instrument = place * 128 + programs[row]!;
    if (instrument !== latestInstrument) {
      latestInstrument = instrument;
      const pedal = pedals.get(place);
      lastSeconds = Math.max(lastSeconds, pedal?.lastSeconds ?? 0);
      spans = pedal?.spans();
      span = spans ? lastAtMost(spans.starts, start) : 0;
      nextOnsets = nextOnsetsUnderPedal.get(instrument) ?? new Float64Array(128).fill(Infinity);
      nextOnsetsUnderPedal.set(instrument, nextOnsets);
    }
    if ((place & 0x0f) === DRUM_CHANNEL) {
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
    // Mostly the pedal does not go down again before the key is released.
    const isLatest = (starts[span + 1] ?? Infinity) > released;
    const spanAtRelease = isLatest ? span : lastAtMost(starts, released, span + 1);
    const pitch = pitches[row]!;
    const repeated = nextOnsets[pitch] ?? Infinity;
    const pedalUp = Math.max(released, pedalEnds[spanAtRelease] ?? Infinity);
    const end = repeated <= released ? repeated : Math.min(repeated, pedalUp);
    ends[row] = repeated === start ? NaN : end;
    if (end === Infinity) neverLifted.push(row);
    if ((pedalEnds[span] ?? Infinity) > start) nextOnsets[pitch] = start;
  }
  for (const row of neverLifted) ends[row] = lastSeconds;
  return ends;
}
