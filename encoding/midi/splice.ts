/** Generated notes after a primer or within a score. */
import { cutTracks, noteKey } from "./cut-track.ts";
import { withFinerDivision } from "./finer-division.ts";
import { partChannel } from "./free-channel.ts";
import { assembleScore } from "./midi.ts";
import { DRUM_CHANNEL, type Division, type Note, type Score, type ScoreNote, type Track } from "./score.ts";
import { TempoMap } from "./tempo-map.ts";
import { noteEvents, noteOff, portEvent, trackOf } from "./track-builder.ts";

/** Limit on the delay of a continuation that would begin before the end of its primer: one step of the encoding. */
const LONGEST_DELAY_SECONDS = 0.01;

/** Input of `spliceContinuation`. */
export interface Continuation {
  /** Notes of the primer in the prompt, in order of note-on (`EncodedScore.notes`). */
  readonly primerNotes: readonly ScoreNote[];
  /** Notes decoded from the ids of primer and continuation; times count from `startSeconds`, onsets from 0. */
  readonly notes: readonly (Note & { readonly onset: number })[];
  /** Number of `notes` that belong to the primer; they come first. */
  readonly primerOnsets: number;
  /** Time in the file at which `notes` begin, in seconds: the trimmed leading silence. */
  readonly startSeconds: number;
  /** Time in the file at which the primer is cut, in seconds; Infinity for no cut. */
  readonly cutSeconds: number;
  /**
   * For a primer without a cut: time in the file, in seconds, from which on there is only silence, which is removed.
   * Default: the silence stays, up to the end of the longest track.
   */
  readonly silenceFromSeconds?: number | undefined;
  /** MIDI port of the new track. Default: none; the track has a channel of its own. */
  readonly port?: number | undefined;
}

/** New notes of one instrument, which become a track. */
export interface NewPart {
  /** The name of the track. */
  readonly name: string;
  /** In seconds of the file, in order of start, pedal included. */
  readonly notes: readonly Note[];
  /** General MIDI program, 0 to 127. Default 0, a piano. */
  readonly program?: number | undefined;
  /** Whether the part plays drums, on channel 10. Default false. */
  readonly isPercussion?: boolean | undefined;
}

/** The point at which a primer ends and its continuation begins. */
export interface CutPoint {
  /** Time in the file, in seconds. */
  readonly seconds: number;
  /** Whether to remove the events of the primer after it. If false, there is only silence after it. */
  readonly cuts: boolean;
  /** Whether tracks keep their ends, also later ones. */
  readonly keepsTrackEnds: boolean;
}

/** Options of the track for new notes. */
export interface NewTrackOptions {
  /** MIDI port of the new track. Default: none; the track has a channel of its own. */
  readonly port?: number | undefined;
}

/**
 * Appends generated notes to a primer. Every event of the primer before the cut keeps its time. Notes that sound across the cut end
 * where the model ended them. A pedal that is down goes up at the cut, since generated durations include the pedal. The new notes are a
 * new track on a free channel.
 *
 * @throws ChannelError when no channel is free for the new notes.
 */
export function spliceContinuation(primer: Score, continuation: Continuation): Score {
  const { notes, primerOnsets, startSeconds, cutSeconds, silenceFromSeconds, port } = continuation;
  const beginSeconds = cutSeconds === Infinity ? (silenceFromSeconds ?? primer.durationSeconds) : cutSeconds;
  const shifted = shiftNotes(
    notes.filter((note) => note.onset >= primerOnsets),
    startSeconds,
  );
  const first = shifted.reduce((earliest, note) => Math.min(earliest, note.startSeconds), Infinity);
  // The times of generated notes are rounded to steps.
  const late = beginSeconds - first;
  const added = late > 0 && late < LONGEST_DELAY_SECONDS ? shiftNotes(shifted, late) : shifted;

  const cut: CutPoint = {
    seconds: beginSeconds,
    cuts: cutSeconds !== Infinity,
    keepsTrackEnds: cutSeconds === Infinity && silenceFromSeconds === undefined,
  };
  return appendParts(primer, [{ name: "Continuation", notes: added }], cut, { port }, (fine, tempo, tick) =>
    noteEnds(fine, continuation, tempo, tick),
  );
}

/**
 * Appends parts to a primer. Every event of the primer before the cut keeps its time, and every note that begins before it keeps its
 * duration.
 *
 * @throws ChannelError when no channel is free for a part.
 */
export function continueWithParts(
  primer: Score,
  parts: readonly NewPart[],
  cut: CutPoint,
  options: NewTrackOptions = {},
): Score {
  return appendParts(primer, parts, cut, options, (fine, _tempo, cutTick) => {
    const kept = fine.notes.filter(({ startTick }) => !cut.cuts || startTick < cutTick);
    return new Map(kept.map((note) => [noteKey(note), note.endTick]));
  });
}

/** @param endsOf end tick of each remaining note of the primer, by `noteKey`. */
function appendParts(
  primer: Score,
  parts: readonly NewPart[],
  { seconds, cuts, keepsTrackEnds }: CutPoint,
  { port }: NewTrackOptions,
  endsOf: (fine: Score, tempo: TempoMap, cutTick: number) => ReadonlyMap<string, number>,
): Score {
  const { score: fine, warnings } = withFinerDivision(primer, ...spanOf(parts, seconds));
  const tempo = new TempoMap(fine.division, fine.tracks);
  const tick = tempo.tick(seconds);
  const lastTick = cuts ? tick : Infinity;
  const remaining = cutTracks(fine, endsOf(fine, tempo, tick), { tick, lastTick, keepsTrackEnds });
  // Tracks outside the prompt may continue after the start of the new notes.
  const tracks = withParts(fine.division, remaining, parts, { programTick: tick, port });
  return assembleScore(fine.division, tracks, warnings);
}

/** Adds piano notes to a score: a new track on a free channel. */
export function addNotes(
  score: Score,
  added: readonly Note[],
  name: string,
  options: NewTrackOptions = {},
): Score {
  return replaceNotes(score, [], added, name, options);
}

/** Adds parts to a score: each a new track on a free channel, drums on channel 10. */
export function addParts(score: Score, parts: readonly NewPart[], options: NewTrackOptions = {}): Score {
  return replaceWithParts(score, [], parts, options);
}

/**
 * Removes notes from a score and adds others as a new track on a free channel. All other events stay unchanged.
 *
 * @param removed notes of the score.
 * @param added new notes, in seconds of the file, pedal included.
 * @throws ChannelError when no channel is free for the new notes.
 */
export function replaceNotes(
  score: Score,
  removed: readonly ScoreNote[],
  added: readonly Note[],
  name: string,
  options: NewTrackOptions = {},
): Score {
  return replaceWithParts(score, removed, [{ name, notes: added }], options);
}

/**
 * Removes notes from a score and adds parts, each as a new track on a free channel, drums on channel 10. All other events stay
 * unchanged.
 *
 * @param removed notes of the score.
 * @throws ChannelError when no channel is free for a part.
 */
export function replaceWithParts(
  score: Score,
  removed: readonly ScoreNote[],
  parts: readonly NewPart[],
  { port }: NewTrackOptions = {},
): Score {
  const { score: fine, warnings } = withFinerDivision(score, ...spanOf(parts, 0));
  const removedEvents = fine.tracks.map(() => new Set<number>());
  for (const note of removed) removedEvents[note.track]?.add(note.noteOnIndex).add(note.noteOffIndex);
  const offs = noteOffsOfRepeatedKeys(fine, removed);
  const remaining = fine.tracks.map((track, index) => {
    const events = track.events.filter((_, event) => !removedEvents[index]?.has(event));
    const inserted = offs.flatMap((off) => (off.track === index ? [off.event] : []));
    return inserted.length === 0
      ? { ...track, events }
      : { ...track, events: [...inserted, ...events].sort((a, b) => a.tick - b.tick) };
  });
  const tracks = withParts(fine.division, remaining, parts, { programTick: 0, port });
  return assembleScore(fine.division, tracks, warnings);
}

/** Note-offs for the remaining notes without one that ended at the note-on of a removed note of their key. */
function noteOffsOfRepeatedKeys({ notes }: Score, removed: readonly ScoreNote[]) {
  const keys = new Set(removed.map(noteKey));
  const removedNoteOns = new Set(
    notes
      .filter((note) => keys.has(noteKey(note)))
      .map(({ channel, pitch, startTick }) => `${channel}:${pitch}:${startTick}`),
  );
  return notes
    .filter((note) => note.noteOffIndex < 0 && !keys.has(noteKey(note)))
    .filter(({ channel, pitch, endTick }) => removedNoteOns.has(`${channel}:${pitch}:${endTick}`))
    .map(({ track, endTick, channel, pitch }) => ({ track, event: noteOff(endTick, channel, pitch) }));
}

/** First start and last end of the notes of parts; `otherwise` for both where there are none. */
function spanOf(parts: readonly NewPart[], otherwise: number): [number, number] {
  const notes = parts.flatMap((part) => part.notes);
  if (notes.length === 0) return [otherwise, otherwise];
  return notes.reduce<[number, number]>(
    ([from, to], note) => [Math.min(from, note.startSeconds), Math.max(to, note.endSeconds)],
    [Infinity, 0],
  );
}

interface PartTrackOptions extends NewTrackOptions {
  /** Tick of the program change on an unused channel, unless the notes begin earlier. */
  readonly programTick: number;
}

/** The tracks, followed by one for each part. */
function withParts(
  division: Division,
  tracks: readonly Track[],
  parts: readonly NewPart[],
  options: PartTrackOptions,
): Track[] {
  const all = [...tracks];
  for (const part of parts) all.push(partTrack(division, all, part, options));
  return all;
}

function partTrack(
  division: Division,
  others: readonly Track[],
  { name, notes, program = 0, isPercussion = false }: NewPart,
  { programTick, port }: PartTrackOptions,
): Track {
  const tempo = new TempoMap(division, others);
  const ticks = noteEvents(notes, 0, (seconds) => tempo.tick(seconds));
  const startTick = ticks[0]?.tick;
  const span = startTick === undefined ? undefined : { startTick, endTick: ticks.at(-1)?.tick ?? startTick };
  const firstTick = Math.min(programTick, startTick ?? programTick);
  // A program change on channel 10 would change the drum kit of the given notes.
  const { channel, before, after } = isPercussion
    ? { channel: DRUM_CHANNEL, before: [], after: [] }
    : partChannel(division, others, span, { program, programTick: firstTick, port });
  const events = noteEvents(notes, channel, (seconds) => tempo.tick(seconds));
  const ports = port === undefined ? [] : [portEvent(port)];
  return trackOf(name, [...ports, ...before, ...events, ...after]);
}

/** Shifts notes in time. */
export function shiftNotes(notes: readonly Note[], bySeconds: number): Note[] {
  return notes.map(({ pitch, velocity, startSeconds, endSeconds }) => ({
    pitch,
    velocity,
    startSeconds: startSeconds + bySeconds,
    endSeconds: endSeconds + bySeconds,
  }));
}

/** End tick of each remaining note of the primer, by `noteKey`; removed notes are absent. */
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
