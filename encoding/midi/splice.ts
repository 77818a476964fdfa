/** A primer as it was, followed by what was generated. */
import { type Cut, cutTracks, noteKey } from "./cut-track.ts";
import { withFinerDivision } from "./finer-division.ts";
import { partChannel } from "./free-channel.ts";
import { assembleScore } from "./midi.ts";
import type { Division, Note, Score, ScoreNote, Track } from "./score.ts";
import { TempoMap } from "./tempo-map.ts";
import { noteEvents, noteOff, portEvent, trackOf } from "./track-builder.ts";

/** A continuation begins later by this much at most, to begin no earlier than its primer ends: a step of the encoding. */
const LONGEST_DELAY_SECONDS = 0.01;

/** What `spliceContinuation` puts behind a primer. */
export interface Continuation {
  /** The notes of the primer that were given to the model, in the order of their note-ons (`EncodedScore.notes`). */
  readonly primerNotes: readonly ScoreNote[];
  /** Notes decoded from the primer's ids and the generated ones together; times count from `startSeconds`, onsets from 0. */
  readonly notes: readonly (Note & { readonly onset: number })[];
  /** How many of `notes`, from the first, are the primer's. */
  readonly primerOnsets: number;
  /** Seconds of the file at which `notes` begin: the leading silence that was trimmed. */
  readonly startSeconds: number;
  /** Seconds of the file after which nothing of the primer is kept; Infinity keeps all of it. */
  readonly cutSeconds: number;
  /**
   * Of a primer that is kept whole: seconds of the file from which on there is only silence, which is left out.
   * Default: the silence is kept, up to the end of the longest track.
   */
  readonly silenceFromSeconds?: number | undefined;
  /** The MIDI port of the new track. Default: none is named, and the part has a channel of its own. */
  readonly port?: number | undefined;
}

/** How notes are added to a score. */
export interface NewTrackOptions {
  /** The MIDI port of the new track. Default: none is named, and the part has a channel of its own. */
  readonly port?: number | undefined;
}

/**
 * Puts generated notes behind a primer. Every event of the primer up to the cut stays at its time; notes that sound
 * across the cut end where the model ended them; a pedal that is down is lifted at the cut, since generated lengths
 * have the pedal folded in. The new notes come in a track of their own, on a channel of their own.
 *
 * @throws ChannelError when notes of the primer sound on all channels where the new ones come.
 */
export function spliceContinuation(primer: Score, continuation: Continuation): Score {
  const { notes, primerOnsets, startSeconds, cutSeconds, silenceFromSeconds, port } = continuation;
  const beginSeconds = cutSeconds === Infinity ? (silenceFromSeconds ?? primer.durationSeconds) : cutSeconds;
  const moved = shiftNotes(
    notes.filter((note) => note.onset >= primerOnsets),
    startSeconds,
  );
  const first = moved.reduce((earliest, note) => Math.min(earliest, note.startSeconds), Infinity);
  // Times of the model are rounded to its grid.
  const late = beginSeconds - first;
  const added = late > 0 && late < LONGEST_DELAY_SECONDS ? shiftNotes(moved, late) : moved;

  const { score: fine, warnings } = withFinerDivision(primer, ...secondsOf(added, beginSeconds));
  const tempo = new TempoMap(fine.division, fine.tracks);
  const cut: Cut = {
    tick: tempo.tick(beginSeconds),
    lastTick: cutSeconds === Infinity ? Infinity : tempo.tick(cutSeconds),
    keepsTrackEnds: cutSeconds === Infinity && silenceFromSeconds === undefined,
  };
  const kept = cutTracks(fine, noteEnds(fine, continuation, tempo, cut.tick), cut);
  // Tracks that the model was not shown may go on after the new notes have begun.
  const part = pianoTrack(fine.division, kept, added, { name: "Continuation", programTick: cut.tick, port });
  return assembleScore(fine.division, [...kept, part], warnings);
}

/** The score as it was, with piano notes in a track of their own, on a channel of their own. */
export function addNotes(
  score: Score,
  added: readonly Note[],
  name: string,
  options: NewTrackOptions = {},
): Score {
  return replaceNotes(score, [], added, name, options);
}

/**
 * The score without some of its notes, and with others in a track of their own, on a channel of their own. All other
 * events stay as they were.
 *
 * @param removed notes of the score.
 * @param added in seconds of the file; pedal folded in.
 * @throws ChannelError when notes of the score sound on all channels where the new ones come.
 */
export function replaceNotes(
  score: Score,
  removed: readonly ScoreNote[],
  added: readonly Note[],
  name: string,
  { port }: NewTrackOptions = {},
): Score {
  const { score: fine, warnings } = withFinerDivision(score, ...secondsOf(added, 0));
  const gone = fine.tracks.map(() => new Set<number>());
  for (const note of removed) gone[note.track]?.add(note.noteOnIndex).add(note.noteOffIndex);
  const offs = noteOffsOfRepeatedKeys(fine, removed);
  const kept = fine.tracks.map((track, index) => {
    const events = track.events.filter((_, event) => !gone[index]?.has(event));
    const inserted = offs.flatMap((off) => (off.track === index ? [off.event] : []));
    return inserted.length === 0
      ? { ...track, events }
      : { ...track, events: [...inserted, ...events].sort((a, b) => a.tick - b.tick) };
  });
  const part = pianoTrack(fine.division, kept, added, { name, programTick: 0, port });
  return assembleScore(fine.division, [...kept, part], warnings);
}

/** Note-offs of kept notes that have none, since their key is struck again, by a note that is removed. */
function noteOffsOfRepeatedKeys({ notes }: Score, removed: readonly ScoreNote[]) {
  const keys = new Set(removed.map(noteKey));
  const strikes = new Set(
    notes
      .filter((note) => keys.has(noteKey(note)))
      .map(({ channel, pitch, startTick }) => `${channel}:${pitch}:${startTick}`),
  );
  return notes
    .filter((note) => note.noteOffIndex < 0 && !keys.has(noteKey(note)))
    .filter(({ channel, pitch, endTick }) => strikes.has(`${channel}:${pitch}:${endTick}`))
    .map(({ track, endTick, channel, pitch }) => ({ track, event: noteOff(endTick, channel, pitch) }));
}

/** From the first start of notes to their last end; a time for both where there are none. */
function secondsOf(notes: readonly Note[], otherwise: number): [number, number] {
  if (notes.length === 0) return [otherwise, otherwise];
  return notes.reduce<[number, number]>(
    ([from, to], note) => [Math.min(from, note.startSeconds), Math.max(to, note.endSeconds)],
    [Infinity, 0],
  );
}

interface PianoTrackOptions extends NewTrackOptions {
  readonly name: string;
  /** Where an unused channel is made a piano's, unless the notes begin sooner. */
  readonly programTick: number;
}

/** Notes in seconds of the file as a track. */
function pianoTrack(
  division: Division,
  others: readonly Track[],
  notes: readonly Note[],
  { name, programTick, port }: PianoTrackOptions,
): Track {
  const tempo = new TempoMap(division, others);
  const ticks = noteEvents(notes, 0, (seconds) => tempo.tick(seconds));
  const startTick = ticks[0]?.tick;
  const span = startTick === undefined ? undefined : { startTick, endTick: ticks.at(-1)?.tick ?? startTick };
  const firstTick = Math.min(programTick, startTick ?? programTick);
  const { channel, before, after } = partChannel(division, others, span, firstTick, port);
  const events = noteEvents(notes, channel, (seconds) => tempo.tick(seconds));
  const ports = port === undefined ? [] : [portEvent(port)];
  return trackOf(name, [...ports, ...before, ...events, ...after]);
}

/** Notes at other times. */
export function shiftNotes(notes: readonly Note[], bySeconds: number): Note[] {
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
  if (cutSeconds === Infinity) return new Map(primer.notes.map((note) => [noteKey(note), note.endTick]));
  const ends = new Map<string, number>();
  for (const note of primer.notes) {
    const end = Math.min(note.endTick, Math.max(cutTick, note.startTick + 1));
    if (note.startTick <= cutTick) ends.set(noteKey(note), end);
  }
  for (const note of primerNotes.slice(primerOnsets)) ends.delete(noteKey(note));
  const generatedEnds = new Map(notes.map((note) => [note.onset, startSeconds + note.endSeconds]));
  for (const [onset, note] of primerNotes.slice(0, primerOnsets).entries()) {
    const endTick = tempo.tick(generatedEnds.get(onset) ?? 0);
    if (endTick > cutTick) ends.set(noteKey(note), endTick);
  }
  return ends;
}
