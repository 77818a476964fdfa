/**
 * Converts between notes and the note objects of Tone.js: `{ time, duration, name or midi, velocity }`, as `Part` and
 * `triggerAttackRelease` take them.
 */
import { pitchName } from "../pitch-name.ts";
import { MidiError } from "./midi-error.ts";
import type { Note } from "./score.ts";

/** A note object of Tone.js. */
export interface ToneNote {
  /** Seconds. */
  readonly time: number;
  /** Seconds. */
  readonly duration: number;
  readonly midi: number;
  /** Such as "C4", MIDI pitch 60. */
  readonly name: string;
  /** 0–1. */
  readonly velocity: number;
}

/** Input of `fromToneNotes`: the pitch as a number or a name; the default velocity is 1, as in Tone.js. */
export type ToneNoteLike = {
  readonly time: number;
  readonly duration: number;
  readonly velocity?: number;
} & ({ readonly midi: number } | { readonly name: string });

const LETTERS: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const ACCIDENTALS: Readonly<Record<string, number>> = { "": 0, "#": 1, b: -1, "##": 2, x: 2, bb: -2 };

/**
 * @example
 * new Tone.Part((time, note) => sampler.triggerAttackRelease(note.name, note.duration, time, note.velocity), toToneNotes(score.notes));
 */
export function toToneNotes(notes: readonly Note[]): ToneNote[] {
  return notes.map(({ pitch, velocity, startSeconds, endSeconds }) => ({
    time: startSeconds,
    duration: endSeconds - startSeconds,
    midi: pitch,
    name: pitchName(pitch),
    velocity: toUnit(velocity),
  }));
}

/**
 * @param notes times and durations in seconds. Tone.js notation such as "4n" or "1:2:0" must be converted first, with
 *   `Tone.Time(…).toSeconds()`. A velocity of 0 becomes MIDI velocity 1.
 * @throws MidiError for an invalid time, pitch or velocity.
 */
export function fromToneNotes(notes: readonly ToneNoteLike[]): Note[] {
  return notes.map((note) => {
    const { time, duration, velocity = 1 } = note;
    if (!Number.isFinite(time) || !Number.isFinite(duration) || time < 0 || duration < 0) {
      throw badNote(`time and duration must be 0 s or more, got ${time} and ${duration}`);
    }
    if (!(velocity >= 0 && velocity <= 1)) throw badNote(`velocity must be from 0 to 1, got ${velocity}`);
    const pitch = "midi" in note ? note.midi : pitchOf(note.name);
    if (!Number.isInteger(pitch) || pitch < 0 || pitch > 127) {
      throw badNote(`pitch must be a whole number from 0 to 127, got ${pitch}`);
    }
    const startSeconds = time;
    return { pitch, velocity: Math.max(1, fromUnit(velocity)), startSeconds, endSeconds: time + duration };
  });
}

/** Maps 0–127 to 0–1, so that `@tonejs/midi`, which rounds down, converts it back to the same number. */
export function toUnit(value: number): number {
  const unit = value / 127;
  return Math.floor(unit * 127) === value ? unit : unit + Number.EPSILON;
}

export function fromUnit(unit: number): number {
  return Math.min(127, Math.max(0, Math.round(unit * 127)));
}

function pitchOf(name: string): number {
  const [, letter = "", accidental = "", octave = ""] =
    /^([A-Ga-g])(#{1,2}|b{1,2}|x|)(-?\d+)$/.exec(name) ?? [];
  const pitchClass = LETTERS[letter.toUpperCase()];
  if (pitchClass === undefined)
    throw badNote(`"${name}" is not a pitch; give one such as "C4", "F#3" or "Bb-1"`);
  return (Number(octave) + 1) * 12 + pitchClass + (ACCIDENTALS[accidental] ?? 0);
}

function badNote(problem: string): MidiError {
  return new MidiError(problem, { code: "bad-value", hint: "correct the note before converting it" });
}
