/** A primer as it was, followed by what was generated. */
import { assembleScore } from "./midi.ts";
import type { PerformanceNote } from "./performance-decoder.ts";
import {
  type Division,
  DRUM_CHANNEL,
  type MidiEvent,
  type Note,
  type Score,
  type ScoreNote,
  type Track,
} from "./score.ts";
import { TempoMap } from "./tempo-map.ts";
import { controlChange, noteEvents, noteOff, programChange, trackOf } from "./track-builder.ts";

const SUSTAIN_CONTROLLER = 64;
const PIANO_PROGRAM = 0;

/** What `spliceContinuation` puts behind a primer. */
export interface Continuation {
  /** The notes of the primer that were given to the model, in the order of their note-ons (`EncodedScore.notes`). */
  readonly primerNotes: readonly ScoreNote[];
  /** Notes decoded from the primer's ids and the generated ones together; times count from `startSeconds`. */
  readonly notes: readonly PerformanceNote[];
  /** How many of `notes`, from the first, are the primer's. */
  readonly primerOnsets: number;
  /** Seconds of the file at which `notes` begin: the leading silence that was trimmed. */
  readonly startSeconds: number;
  /** Seconds of the file after which nothing of the primer is kept; Infinity keeps all of it. */
  readonly cutSeconds: number;
}

/**
 * Puts generated notes behind a primer. Every event of the primer up to the cut stays at its tick; notes that sound
 * across the cut end where the model ended them; a pedal that is down is lifted at the cut, since generated lengths
 * have the pedal folded in. The new notes come in a track of their own, on a piano channel that the primer leaves free.
 */
export function spliceContinuation(primer: Score, continuation: Continuation): Score {
  const { notes, primerOnsets, startSeconds } = continuation;
  const tempo = new TempoMap(primer.division, primer.tracks);
  const endTick = primer.tracks.reduce((latest, track) => Math.max(latest, track.endTick), 0);
  const cutTick = continuation.cutSeconds === Infinity ? endTick : tempo.tick(continuation.cutSeconds);
  const ends = noteEnds(primer, continuation, tempo, cutTick);
  const kept = primer.tracks.map((track, index) => {
    const ofTrack = primer.notes.filter((note) => note.track === index);
    return cutTrack(track, ofTrack, ends, cutTick);
  });

  const added = notes.filter((note) => note.onset >= primerOnsets);
  const fileNotes = movedNotes(added, startSeconds);
  // Tracks that the model was not shown may go on after the new notes have begun.
  return assembleScore(primer.division, [
    ...kept,
    pianoTrack(primer.division, kept, fileNotes, "Continuation", cutTick),
  ]);
}

/** The score as it was, with piano notes in a track of their own, on a channel that it leaves free. */
export function addNotes(score: Score, added: readonly Note[], name: string): Score {
  return replaceNotes(score, [], added, name);
}

/**
 * The score without some of its notes, and with others in a track of their own, on a channel that it leaves free. All
 * other events stay as they were.
 *
 * @param removed notes of the score.
 * @param added in seconds of the file; pedal folded in.
 */
export function replaceNotes(
  score: Score,
  removed: readonly ScoreNote[],
  added: readonly Note[],
  name: string,
): Score {
  const gone = score.tracks.map(() => new Set<number>());
  for (const note of removed) gone[note.track]?.add(note.noteOnIndex).add(note.noteOffIndex);
  const kept = score.tracks.map((track, index) => ({
    ...track,
    events: track.events.filter((_, event) => !gone[index]?.has(event)),
  }));
  return assembleScore(score.division, [...kept, pianoTrack(score.division, kept, added, name, 0)]);
}

/** Notes in seconds of the file as a track, which chooses the piano at a tick, or sooner if its notes begin sooner. */
function pianoTrack(
  division: Division,
  others: readonly Track[],
  notes: readonly Note[],
  name: string,
  programTick: number,
): Track {
  const channel = freeChannel(others);
  const tempo = new TempoMap(division, others);
  const events = noteEvents(notes, channel, (seconds) => tempo.tick(seconds));
  const startTick = Math.min(programTick, events[0]?.tick ?? programTick);
  return trackOf(name, [programChange(startTick, channel, PIANO_PROGRAM), ...events]);
}

/** Notes at other times. */
export function movedNotes(notes: readonly Note[], bySeconds: number): Note[] {
  return notes.map(({ pitch, velocity, startSeconds, endSeconds }) => ({
    pitch,
    velocity,
    startSeconds: startSeconds + bySeconds,
    endSeconds: endSeconds + bySeconds,
  }));
}

/** The tick at which each note of the primer that is kept ends, by `noteKey`; notes that are cut away are absent. */
function noteEnds(
  primer: Score,
  continuation: Continuation,
  tempo: TempoMap,
  cutTick: number,
): ReadonlyMap<string, number> {
  const { primerNotes, notes, primerOnsets, startSeconds, cutSeconds } = continuation;
  const ends = new Map<string, number>();
  for (const note of primer.notes) {
    const end = Math.min(note.endTick, Math.max(cutTick, note.startTick + 1));
    if (note.startTick <= cutTick) ends.set(noteKey(note), end);
  }
  for (const note of primerNotes.slice(primerOnsets)) ends.delete(noteKey(note));
  if (cutSeconds === Infinity) return ends;
  const generatedEnds = new Map(notes.map((note) => [note.onset, startSeconds + note.endSeconds]));
  for (const [onset, note] of primerNotes.slice(0, primerOnsets).entries()) {
    const endTick = tempo.tick(generatedEnds.get(onset) ?? 0);
    ends.set(
      noteKey(note),
      endTick > cutTick ? endTick : Math.min(note.endTick, Math.max(cutTick, note.startTick + 1)),
    );
  }
  return ends;
}

function noteKey(note: ScoreNote): string {
  return `${note.track}:${note.noteOnIndex}`;
}

/** A track up to the cut. Events that are kept as they were keep their order. */
function cutTrack(
  track: Track,
  notes: readonly ScoreNote[],
  ends: ReadonlyMap<string, number>,
  cutTick: number,
): Track {
  const noteOns = new Map(notes.map((note) => [note.noteOnIndex, note]));
  const noteOffs = new Map(notes.map((note) => [note.noteOffIndex, note]));
  const moved: MidiEvent[] = [];
  const events: MidiEvent[] = [];
  const pedals = new Set<number>();
  for (const [index, event] of track.events.entries()) {
    const started = noteOns.get(index);
    const ended = noteOffs.get(index);
    if (started || ended) {
      const note = started ?? ended;
      const endTick = note === undefined ? undefined : ends.get(noteKey(note));
      if (note === undefined || endTick === undefined) continue;
      if (started || endTick === note.endTick) events.push(event);
      else moved.push(noteOff(endTick, note.channel, note.pitch));
    } else if (event.tick <= cutTick && !isNoteOn(event)) {
      events.push(event);
      if (event.kind === "channel" && (event.status & 0xf0) === 0xb0 && event.data1 === SUSTAIN_CONTROLLER) {
        if (event.data2 >= 64) pedals.add(event.status & 0x0f);
        else pedals.delete(event.status & 0x0f);
      }
    }
  }
  // On one tick: note-offs before what else happens, and pedals lifted after it, or they would go down again.
  const lifts = Array.from(pedals, (channel) => controlChange(cutTick, channel, SUSTAIN_CONTROLLER, 0));
  const sorted = [...moved, ...events, ...lifts].sort((a, b) => a.tick - b.tick);
  return { name: track.name, events: sorted, endTick: sorted.at(-1)?.tick ?? 0 };
}

/** A note-on that has no note-off anywhere would sound for ever. */
function isNoteOn(event: MidiEvent): boolean {
  return event.kind === "channel" && (event.status & 0xf0) === 0x90 && event.data2 > 0;
}

/** The first channel that no track uses; where all are used, the first that is not percussion. */
function freeChannel(tracks: readonly Track[]): number {
  const used = new Set([DRUM_CHANNEL]);
  for (const track of tracks) {
    for (const event of track.events) if (event.kind === "channel") used.add(event.status & 0x0f);
  }
  const free = Array.from({ length: 16 }, (_, channel) => channel).find((channel) => !used.has(channel));
  return free ?? 0;
}
