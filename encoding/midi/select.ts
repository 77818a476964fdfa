/** Selection of notes by track, channel or program: the option `--tracks`. */
import { pluralize } from "../pluralize.ts";
import { HintedError } from "../hinted-error.ts";
import { assembleScore } from "./midi.ts";
import type { MidiEvent, Score, ScoreNote } from "./score.ts";

/** A note is selected when any of these lists contains its number. */
export interface TrackSelection {
  /** Indices into `Score.tracks`. */
  readonly tracks?: readonly number[];
  /** MIDI channels, 0–15. */
  readonly channels?: readonly number[];
  /** General MIDI programs, 0–127. */
  readonly programs?: readonly number[];
}

/** Thrown for a selection that cannot be parsed or that has no notes. */
export class SelectionError extends HintedError<"bad-term" | "no-notes"> {
  override readonly name = "SelectionError";
}

/** The kinds of terms: prefix, field of `TrackSelection` and highest number. */
const TERMS = [
  { prefix: "", list: "tracks", highest: 65_535 },
  { prefix: "channel:", list: "channels", highest: 15 },
  { prefix: "program:", list: "programs", highest: 127 },
] as const;
const SYNTAX =
  'give numbers as `ostinato inspect` shows them, such as "1", "0-2,4", "channel:0" or "program:0-7"';

/**
 * Parses a selection: numbers or ranges of tracks or, with the prefix `channel:` or `program:`, of channels or programs, separated by
 * commas. All numbers start from 0.
 *
 * @throws SelectionError when a term cannot be parsed.
 * @example
 * parseSelection("1-2,channel:3"); // { tracks: [1, 2], channels: [3], programs: [] }
 */
export function parseSelection(text: string): Required<TrackSelection> {
  const selection: Record<"tracks" | "channels" | "programs", number[]> = {
    tracks: [],
    channels: [],
    programs: [],
  };
  for (const term of text.split(",")) {
    const [, prefix, low = "", high = low] = /^\s*(channel:|program:|)(\d+)(?:-(\d+))?\s*$/.exec(term) ?? [];
    const kind = TERMS.find((candidate) => candidate.prefix === prefix);
    if (!kind || Number(low) > Number(high) || Number(high) > kind.highest) {
      throw new SelectionError(`"${term.trim()}" is not a track, channel or program`, {
        code: "bad-term",
        hint: SYNTAX,
      });
    }
    for (let number = Number(low); number <= Number(high); number += 1) selection[kind.list].push(number);
  }
  return selection;
}

/**
 * Reduces a score to the selected notes and the controllers and programs of their channels. Tracks keep their indices, names, tempos and
 * other events without a channel. `warnings` lists what was omitted.
 *
 * @param keepsPercussion whether percussion may be selected; otherwise it is omitted.
 * @throws SelectionError when no notes are left; its hint lists the possible selections.
 */
export function selectTracks(score: Score, selection: TrackSelection, keepsPercussion = false): Score {
  const { notes, belongs, warnings } = select(score, selection, keepsPercussion);
  const noteEvents = score.tracks.map(() => new Set<number>());
  for (const note of notes) noteEvents[note.track]?.add(note.noteOnIndex).add(note.noteOffIndex);
  const selected = score.tracks.map((track, index) => ({
    ...track,
    events: track.events.filter((event, eventIndex) =>
      isNoteEvent(event)
        ? noteEvents[index]?.has(eventIndex)
        : event.kind !== "channel" || belongs(index, event.status & 0x0f),
    ),
  }));
  return assembleScore(score.division, selected, [...score.warnings, ...warnings], score.noteParsing);
}

/**
 * Selects as `selectTracks` does, but reduces `notes` and `pedal` only. `tracks` stay unchanged, so the indices of notes remain those of
 * the original score.
 *
 * @throws SelectionError as `selectTracks` does.
 */
export function selectNotes(score: Score, selection: TrackSelection, keepsPercussion = false): Score {
  const { notes, belongs, warnings } = select(score, selection, keepsPercussion);
  const pedal = score.pedal.filter(({ track, channel }) => belongs(track, channel));
  return { ...score, notes, pedal, warnings: [...score.warnings, ...warnings] };
}

interface Selected {
  readonly notes: readonly ScoreNote[];
  /** Whether events of a channel of a track can affect the selected notes. */
  readonly belongs: (track: number, channel: number) => boolean;
  /** What was omitted. */
  readonly warnings: readonly string[];
}

/** Whether a note, percussion included, belongs to a selection. */
export function isSelected(
  note: ScoreNote,
  { tracks = [], channels = [], programs = [] }: TrackSelection,
): boolean {
  return tracks.includes(note.track) || channels.includes(note.channel) || programs.includes(note.program);
}

function select(score: Score, selection: TrackSelection, keepsPercussion = false): Selected {
  const chosen = score.notes.filter((note) => isSelected(note, selection));
  const notes = chosen.filter((note) => keepsPercussion || !note.isPercussion);
  if (notes.length === 0) {
    const found = chosen.length > 0 ? "the selection has percussion only" : "the selection has no notes";
    throw new SelectionError(found, {
      code: "no-notes",
      hint: `the file has ${describeChoices(score)}`,
    });
  }
  // All tracks share a channel, except with note-seq's parsing and in format 2.
  const isSeparate = score.noteParsing?.compatibility === "note-seq" || score.noteParsing?.independentTracks;
  const channelKey = (track: number, channel: number): number =>
    isSeparate ? track * 16 + channel : channel;
  const selected = new Set(notes.map(({ track, channel }) => channelKey(track, channel)));
  const drums = chosen.length - notes.length;
  const others = score.notes.length - chosen.length;
  return {
    notes,
    belongs: (track, channel) => selected.has(channelKey(track, channel)),
    warnings: [
      ...(drums > 0 ? [`${pluralize(drums, "note")} of percussion in the selection omitted`] : []),
      ...(others > 0 ? [`${pluralize(others, "note")} of other tracks omitted`] : []),
    ],
  };
}

function isNoteEvent(event: MidiEvent): boolean {
  return event.kind === "channel" && (event.status & 0xe0) === 0x80;
}

function describeChoices(score: Score): string {
  const instruments = new Map<string, number>();
  for (const { track, channel, program, isPercussion } of score.notes) {
    if (isPercussion) continue;
    const name = `track ${track} channel ${channel} program ${program}`;
    instruments.set(name, (instruments.get(name) ?? 0) + 1);
  }
  if (instruments.size === 0) return "no notes other than percussion";
  const byTrack = new Intl.Collator("en", { numeric: true }).compare;
  const listed = [...instruments]
    .sort(([a], [b]) => byTrack(a, b))
    .slice(0, 8)
    .map(([name, count]) => `${name} (${pluralize(count, "note")})`);
  return `${listed.join(", ")}${instruments.size > 8 ? ` and ${instruments.size - 8} more` : ""}`;
}
