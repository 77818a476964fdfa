/** Converts events to a `Score`: one track and channel per instrument, one tick per step of 10 ms. */
import { pluralize } from "../pluralize.ts";
import { assembleScore, DRUM_CHANNEL, type MidiEvent, type Score, type Track } from "../midi/index.ts";
import { ArrivalError } from "./arrival-error.ts";
import { type ArrivalEvent, type ArrivalNote, DEFAULT_VELOCITY, inOrder } from "./events.ts";
import { instrumentName } from "./instrument-names.ts";
import { DRUMS } from "./vocabulary.ts";

/** At 120 quarter notes per minute, the default tempo of MIDI, one tick is one step of 10 ms. */
const TICKS_PER_QUARTER = 50;
const CHANNELS = 16;
const RELEASE_VELOCITY = 64;
const TRACK_NAME_META = 0x03;
const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const PROGRAM_CHANGE = 0xc0;

/**
 * Builds a score from the notes of events, controls included. Tracks are in the order in which their instruments begin, with General
 * MIDI names. A note without a velocity gets 72; `fillVelocities` estimates better ones.
 *
 * @throws ArrivalError (`too-many-instruments`) when there are more than 15 instruments besides drums.
 */
export function arrivalScore(events: readonly ArrivalEvent[]): Score {
  const notes = inOrder(joinPieces(events));
  const parts = notesByInstrument(notes);
  const channels = channelsOf([...parts.keys()]);
  const tracks = Array.from(parts, ([instrument, part]) =>
    trackOf(instrument, part, channels.get(instrument) ?? 0),
  );
  return assembleScore({ kind: "quarter", ticksPerQuarter: TICKS_PER_QUARTER }, tracks);
}

/** The notes of events; each piece begins at the end of the last note before it. */
export function joinPieces(events: readonly ArrivalEvent[]): ArrivalNote[] {
  const notes: ArrivalNote[] = [];
  let [base, end] = [0, 0];
  for (const event of events) {
    if (event.kind === "separator") base = end;
    if (event.kind !== "note") continue;
    const onsetStep = base + event.onsetStep;
    notes.push({ ...event, onsetStep });
    end = Math.max(end, onsetStep + event.durationSteps);
  }
  return notes;
}

/** The notes of each instrument, in the order in which the instruments begin. */
export function notesByInstrument<N extends ArrivalNote>(notes: readonly N[]): Map<number, N[]> {
  const parts = new Map<number, N[]>();
  for (const note of notes) {
    const part = parts.get(note.instrument);
    if (part) part.push(note);
    else parts.set(note.instrument, [note]);
  }
  return parts;
}

/** Assigns channels in order; channel 10 is reserved for drums. */
function channelsOf(instruments: readonly number[]): ReadonlyMap<number, number> {
  const melodic = instruments.filter((instrument) => instrument !== DRUMS);
  if (melodic.length >= CHANNELS) {
    throw new ArrivalError(
      `there are ${pluralize(melodic.length, "instrument")} besides drums, and a MIDI file has channels for 15`,
      {
        code: "too-many-instruments",
        hint: "omit some instruments, or assign several parts to one instrument",
      },
    );
  }
  const free = Array.from({ length: CHANNELS }, (_, channel) => channel).filter(
    (channel) => channel !== DRUM_CHANNEL,
  );
  return new Map([[DRUMS, DRUM_CHANNEL], ...melodic.map((one, rank) => [one, free[rank]!] as const)]);
}

function trackOf(instrument: number, notes: readonly ArrivalNote[], channel: number): Track {
  const name = instrumentName(instrument);
  const program = instrument === DRUMS ? 0 : instrument;
  const played = notes
    .flatMap((note) => placedEvents(note, channel))
    .toSorted((a, b) => a.event.tick - b.event.tick || a.rank - b.rank)
    .map(({ event }) => event);
  const events: MidiEvent[] = [
    { kind: "meta", tick: 0, type: TRACK_NAME_META, data: new TextEncoder().encode(name) },
    { kind: "channel", tick: 0, status: PROGRAM_CHANGE | channel, data1: program, data2: 0 },
    ...played,
  ];
  return { name, events, endTick: events.at(-1)?.tick ?? 0 };
}

/** An event with its rank among those of its tick. */
interface Placed {
  readonly rank: number;
  readonly event: MidiEvent;
}

/** The order on one tick is: note-offs, then notes of duration 0, each with its note-off, then other note-ons. */
function placedEvents(note: ArrivalNote, channel: number): Placed[] {
  const { onsetStep, durationSteps, pitch: data1, velocity = DEFAULT_VELOCITY } = note;
  const isEmpty = durationSteps === 0;
  const on = { kind: "channel", tick: onsetStep, status: NOTE_ON | channel, data1, data2: velocity } as const;
  const off = {
    kind: "channel",
    tick: onsetStep + durationSteps,
    status: NOTE_OFF | channel,
    data1,
    data2: RELEASE_VELOCITY,
  } as const;
  return [
    { rank: isEmpty ? 1 : 2, event: on },
    { rank: isEmpty ? 1 : 0, event: off },
  ];
}
