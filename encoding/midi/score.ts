/** `Score`: notes in seconds, and the MIDI events from which they were read. */

/** One sounding note. Times are seconds from the start of the piece. */
export interface Note {
  /** MIDI pitch, 0–127; 60 is middle C. */
  readonly pitch: number;
  /** MIDI velocity, 1–127. */
  readonly velocity: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A note read from a file, with its ticks and the indices of its two events, so that it can be written back exactly. */
export interface ScoreNote extends Note {
  readonly startTick: number;
  readonly endTick: number;
  /** Index into `Score.tracks`. */
  readonly track: number;
  /** MIDI channel, 0–15. */
  readonly channel: number;
  /** General MIDI program, 0–127, that was selected at the note-on. */
  readonly program: number;
  /** Whether it is a percussion note. Percussion is not encoded. */
  readonly isPercussion: boolean;
  /** End of its sound: `endSeconds`, later where a pedal sustains it, or earlier where its key is repeated. */
  readonly soundEndSeconds: number;
  /** Indices into `Score.tracks[track].events`. */
  readonly noteOnIndex: number;
  /** −1 for a note without a note-off. */
  readonly noteOffIndex: number;
}

/** A sustain pedal event (controller 64). It applies to the notes of its channel on every track. */
export interface PedalEvent {
  readonly seconds: number;
  readonly isDown: boolean;
  readonly track: number;
  readonly channel: number;
}

/** A channel message: `status` is the whole status byte, `data2` is 0 for messages with one data byte. */
export interface ChannelEvent {
  readonly kind: "channel";
  readonly tick: number;
  readonly status: number;
  readonly data1: number;
  readonly data2: number;
}

/** A meta event: a name, a tempo, a key signature, a text. */
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

/** An event of a track. */
export type MidiEvent = ChannelEvent | MetaEvent | SysexEvent;

/** One track: every event of the file except end-of-track, in file order, at absolute ticks that never decrease. */
export interface Track {
  readonly name: string;
  readonly events: readonly MidiEvent[];
  /** Tick of the end of the track; at least the tick of its last event. */
  readonly endTick: number;
}

/** Unit of ticks: fractions of a quarter note (tempo applies) or of a second (SMPTE; tempo does not apply). */
export type Division =
  | { readonly kind: "quarter"; readonly ticksPerQuarter: number }
  | { readonly kind: "smpte"; readonly framesPerSecond: number; readonly ticksPerFrame: number };

/** Deviations from the default parsing of notes. */
export interface NoteParsing {
  /**
   * "note-seq": pairs notes, applies the pedal and numbers programs as note-seq with pretty_midi does. Notes without a note-off
   * are omitted, a pedal applies to its own track only, and pedal events on one tick are sorted.
   *
   * "anticipation": as the Anticipatory Music Transformer's encoder with mido. The tracks are merged by tick. Times are a
   * running sum of doubles, a note without a note-off lasts 0.25 s, only channel 10 is percussion, and pedals are ignored.
   */
  readonly compatibility?: Compatibility;
  /** Whether tracks are independent patterns, as in format 2: channels are not shared between tracks. */
  readonly independentTracks?: boolean;
}

/** Programs whose parsing of MIDI files can be reproduced. */
export type Compatibility = "note-seq" | "anticipation";

/** The contents of a Standard MIDI File, with its notes and pedal events. It is plain data: a copy by `{ ...score }` has all parts. */
export interface Score {
  readonly division: Division;
  readonly tracks: readonly Track[];
  /** Notes in order of start tick, then of track. */
  readonly notes: readonly ScoreNote[];
  readonly pedal: readonly PedalEvent[];
  /** Seconds from the start of the file to the end of its longest track. */
  readonly durationSeconds: number;
  /** Irregularities that were read without loss and, with `recover`, the dropped parts of the file. */
  readonly warnings: readonly string[];
  readonly noteParsing?: NoteParsing;
}

/** The percussion channel of General MIDI, counted from 0. */
export const DRUM_CHANNEL = 9;
