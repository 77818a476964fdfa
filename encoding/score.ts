/** What the rest of the toolkit knows about music: notes in seconds, and the MIDI events they came from. */

/** One sounding note. Times are seconds from the start of the piece. */
export interface Note {
  /** MIDI pitch, 0–127; 60 is middle C. */
  readonly pitch: number;
  /** MIDI velocity, 1–127. */
  readonly velocity: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A note read from a file: it remembers its ticks and the two events it was made of, so it can be put back exactly. */
export interface ScoreNote extends Note {
  readonly startTick: number;
  readonly endTick: number;
  /** Index into `Score.tracks`. */
  readonly track: number;
  /** MIDI channel, 0–15; 9 is percussion. */
  readonly channel: number;
  /** General MIDI program, 0–127, that was selected on the channel. */
  readonly program: number;
  /** Indices into `Score.tracks[track].events`. */
  readonly noteOnIndex: number;
  readonly noteOffIndex: number;
}

/** The sustain pedal (controller 64) moving, on one channel of one track. */
export interface PedalEvent {
  readonly seconds: number;
  readonly isDown: boolean;
  readonly track: number;
  readonly channel: number;
}

/** A channel message: `status` is the whole status byte, `data2` is 0 for the messages that have one data byte. */
export interface ChannelEvent {
  readonly kind: "channel";
  readonly tick: number;
  readonly status: number;
  readonly data1: number;
  readonly data2: number;
}

/** An event that plays nothing: a name, a tempo, a key signature, a text. */
export interface MetaEvent {
  readonly kind: "meta";
  readonly tick: number;
  /** Meta type, 0–127: 0x03 track name, 0x51 tempo, 0x2F end of track … */
  readonly type: number;
  readonly data: Uint8Array;
}

/** A system-exclusive message, without its status byte and length. */
export interface SysexEvent {
  readonly kind: "sysex";
  readonly tick: number;
  /** 0xF0 (a whole or first message) or 0xF7 (continuation or escape). */
  readonly status: number;
  readonly data: Uint8Array;
}

/** An event of a track; `kind` tells which. */
export type MidiEvent = ChannelEvent | MetaEvent | SysexEvent;

/** One track: every event of the file except end-of-track, in file order, at absolute ticks that never decrease. */
export interface Track {
  readonly name: string;
  readonly events: readonly MidiEvent[];
  /** Tick of the end of the track; at least the tick of its last event. */
  readonly endTick: number;
}

/** How ticks measure time: parts of a quarter note (tempo applies) or of a second (SMPTE; tempo does not apply). */
export type Division =
  | { readonly kind: "quarter"; readonly ticksPerQuarter: number }
  | { readonly kind: "smpte"; readonly framesPerSecond: number; readonly ticksPerFrame: number };

/** A piece of music as a Standard MIDI File holds it, with its notes and pedal read out. */
export interface Score {
  readonly division: Division;
  readonly tracks: readonly Track[];
  /** Notes in order of start tick, then of track; overlapping notes of one key are paired first in, first out. */
  readonly notes: readonly ScoreNote[];
  readonly pedal: readonly PedalEvent[];
  /** Seconds from the start of the file to the end of its longest track. */
  readonly durationSeconds: number;
  /** What was odd but could be read without loss, and — when reading with `recover` — what was dropped. */
  readonly warnings: readonly string[];
}

/** The percussion channel of General MIDI, counted from 0. */
export const DRUM_CHANNEL = 9;
