/** A passage of a score. */
import { assembleScore, type MidiEvent, type Score, TempoMap } from "../../encoding/index.ts";
import type { Span } from "../sound/sound.ts";

/** Meta types from here on set something: port, tempo, meter, key. Those below are texts. */
const FIRST_SETTING = 0x20;
const TRACK_NAME = 0x03;

/**
 * The notes that begin in a time span, at most up to its end. What is set before it, such as tempo, meter, programs and
 * pedal, is set at the start.
 */
export function cropScore(score: Score, { fromSeconds, toSeconds }: Span): Score {
  const tempo = new TempoMap(score.division, score.tracks);
  const [from, to] = [tempo.tick(fromSeconds), tempo.tick(toSeconds)];
  const kept = score.tracks.map(() => new Set<number>());
  for (const { track, noteOnIndex, noteOffIndex, startTick } of score.notes)
    if (startTick >= from && startTick < to) kept[track]?.add(noteOnIndex).add(noteOffIndex);
  const tracks = score.tracks.map((track, index) => {
    const isKept = (event: MidiEvent, at: number): boolean =>
      isNoteEvent(event)
        ? kept[index]?.has(at) === true
        : event.tick < to && (event.tick >= from || sets(event));
    const events = track.events
      .filter(isKept)
      .map((event) => ({ ...event, tick: Math.max(0, Math.min(event.tick, to) - from) }));
    return { ...track, events: withoutOverridden(events), endTick: to - from };
  });
  return assembleScore(score.division, tracks, [], score.noteParsing);
}

/** Leaves out settings at the start that others of the same kind follow there. */
function withoutOverridden(events: readonly MidiEvent[]): MidiEvent[] {
  const last = new Map<string, MidiEvent>();
  for (const event of events) if (event.tick === 0) last.set(kindOf(event), event);
  return events.filter((event) => event.tick > 0 || isNoteEvent(event) || last.get(kindOf(event)) === event);
}

function kindOf(event: MidiEvent): string {
  if (event.kind === "meta") return `meta ${event.type}`;
  if (event.kind === "sysex") return `sysex ${event.data.join(" ")}`;
  // A controller has a number; a program, pressure or bend is one for its channel.
  return `${event.status} ${(event.status & 0xf0) === 0xb0 ? event.data1 : ""}`;
}

/** Whether an event applies to what follows. */
function sets(event: MidiEvent): boolean {
  return event.kind !== "meta" || event.type >= FIRST_SETTING || event.type === TRACK_NAME;
}

function isNoteEvent(event: MidiEvent): boolean {
  return event.kind === "channel" && (event.status & 0xe0) === 0x80;
}
