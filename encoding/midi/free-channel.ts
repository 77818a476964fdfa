/** Chooses the channel of a new part such that all existing notes sound the same. */
import { HintedError } from "../hinted-error.ts";
import { assembleScore } from "./midi.ts";
import { percussionChange } from "./percussion.ts";
import { type ChannelEvent, DRUM_CHANNEL, type Division, type MidiEvent, type Track } from "./score.ts";
import { TempoMap } from "./tempo-map.ts";
import { controlChange, pitchBend, programChange } from "./track-builder.ts";

const PORT_META = 0x21;
const BANK = 0;
const BANK_LSB = 32;
const RESET_ALL_CONTROLLERS = 121;
const BEND_CENTER = 0x2000;
/** Controllers and their values for a new part, which are also the defaults of a file. */
const CONTROLLERS: ReadonlyMap<number, number> = new Map([
  [BANK, 0],
  [BANK_LSB, 0],
  [1, 0], // modulation
  [7, 100], // volume
  [10, 64], // pan
  [11, 127], // expression
  [64, 0], // sustain pedal
  [66, 0], // sostenuto pedal
  [67, 0], // soft pedal
]);
/** Controllers that "reset all controllers" resets (MIDI Recommended Practice RP-015). */
const RESET = [1, 11, 64, 66, 67];

/** Thrown when no channel is left for a new part. */
export class ChannelError extends HintedError<"no-free-channel"> {
  override readonly name = "ChannelError";
}

/** The ticks of a new part, from its first note-on to its last note-off. */
export interface TickSpan {
  readonly startTick: number;
  readonly endTick: number;
}

export interface PartChannel {
  readonly channel: number;
  /** Events before the notes of the part that set the program and the controllers of the channel. */
  readonly before: readonly MidiEvent[];
  /** Events after the notes of the part that restore the channel's state. */
  readonly after: readonly MidiEvent[];
}

export interface PartChannelOptions {
  /** General MIDI program, 0 to 127. */
  readonly program: number;
  /** Tick of the program change on an unused channel. */
  readonly programTick: number;
  /** Consider only tracks on this MIDI port. Default: tracks on all ports. */
  readonly port?: number | undefined;
}

/**
 * Chooses a channel for a part, never a percussion channel: the first unused one; else the first without sounding notes
 * during the span, pedal included, whose state is restored after the span.
 *
 * @param span undefined for a part without notes.
 * @throws ChannelError when notes sound on all channels during the span.
 */
export function partChannel(
  division: Division,
  tracks: readonly Track[],
  span: TickSpan | undefined,
  { program, programTick, port }: PartChannelOptions,
): PartChannel {
  const others = port === undefined ? tracks : tracks.filter((track) => portOf(track) === port);
  const drums = drumChannels(others);
  const channels = Array.from({ length: 16 }, (_, channel) => channel).filter(
    (channel) => !drums.has(channel),
  );
  const events: ChannelEvent[][] = Array.from({ length: 16 }, () => []);
  for (const track of others)
    for (const event of track.events) if (event.kind === "channel") events[event.status & 0x0f]?.push(event);
  const unused = channels.find((channel) => events[channel]?.length === 0);
  if (unused !== undefined)
    return { channel: unused, before: [programChange(programTick, unused, program)], after: [] };
  if (!span) return { channel: 0, before: [], after: [] };

  const sounding = soundingChannels(division, others, span);
  const silent = channels.filter((channel) => !sounding.has(channel));
  const isWithin = ({ tick }: MidiEvent): boolean => tick > span.startTick && tick < span.endTick;
  const channel = silent.find((candidate) => !events[candidate]?.some(isWithin)) ?? silent[0];
  if (channel === undefined) {
    throw new ChannelError(
      "all 16 channels are in use while the new part plays, so it has no channel of its own",
      {
        code: "no-free-channel",
        hint: "choose fewer tracks with --tracks, or put the part on another MIDI port with --port (`port` in code), which some players ignore",
      },
    );
  }
  const channelEvents = (events[channel] ?? []).toSorted((a, b) => a.tick - b.tick);
  // State changes of the file on the channel during the part are overridden on the same tick.
  const ticks = new Set([span.startTick, ...channelEvents.filter(isWithin).map(({ tick }) => tick)]);
  const before = [...ticks].flatMap((tick) => stateEvents(tick, channel, CONTROLLERS, program, BEND_CENTER));
  const isLast = !channelEvents.some(({ tick }) => tick > span.endTick);
  // Where no event follows, the state is not restored, so that the last notes decay with the state of the part.
  const after = isLast ? [] : restoredState(channelEvents, span.endTick, channel);
  return { channel, before, after };
}

/** Percussion channels: channel 10 and those that system-exclusive messages set. */
function drumChannels(tracks: readonly Track[]): ReadonlySet<number> {
  const drums = new Set([DRUM_CHANNEL]);
  for (const { events } of tracks) {
    for (const event of events) {
      const change = event.kind === "sysex" ? percussionChange(event.data) : undefined;
      if (change?.isPercussion) drums.add(change.channel);
    }
  }
  return drums;
}

/** The MIDI port of a track; 0 where it has no port event. */
function portOf({ events }: Track): number {
  const event = events.find((candidate) => candidate.kind === "meta" && candidate.type === PORT_META);
  return event?.kind === "meta" ? (event.data[0] ?? 0) : 0;
}

/** Channels on which a note sounds during the span or begins at its end. */
function soundingChannels(division: Division, tracks: readonly Track[], span: TickSpan): ReadonlySet<number> {
  const { notes } = assembleScore(division, tracks);
  const tempo = new TempoMap(division, tracks);
  const sounding = new Set<number>();
  for (const note of notes) {
    const endTick = Math.max(note.endTick, tempo.tick(note.soundEndSeconds));
    // A note-on at the end of the span would precede the restored state.
    if (note.startTick <= span.endTick && endTick > span.startTick) sounding.add(note.channel);
  }
  return sounding;
}

function stateEvents(
  tick: number,
  channel: number,
  controllers: ReadonlyMap<number, number>,
  program: number,
  bend: number,
): MidiEvent[] {
  return [
    ...Array.from(controllers, ([controller, value]) => controlChange(tick, channel, controller, value)),
    programChange(tick, channel, program),
    pitchBend(tick, channel, bend),
  ];
}

/** Events that restore the latest values of all state in `stateEvents` that the file sets up to and including a tick. */
function restoredState(events: readonly ChannelEvent[], tick: number, channel: number): MidiEvent[] {
  const controllers = new Map(CONTROLLERS);
  let program = 0;
  let bend = BEND_CENTER;
  for (const { tick: at, status, data1, data2 } of events) {
    if (at > tick) break;
    const kind = status & 0xf0;
    if (kind === 0xc0) program = data1;
    else if (kind === 0xe0) bend = data1 | (data2 << 7);
    else if (kind === 0xb0 && data1 === RESET_ALL_CONTROLLERS) {
      bend = BEND_CENTER;
      for (const controller of RESET) controllers.set(controller, CONTROLLERS.get(controller) ?? 0);
    } else if (kind === 0xb0 && controllers.has(data1)) controllers.set(data1, data2);
  }
  return stateEvents(tick, channel, controllers, program, bend);
}
