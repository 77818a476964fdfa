/** Converts between the values of `@tonejs/midi` objects and of MIDI bytes: texts, keys, time signatures, tempos, pitch bends. */
import { MidiError } from "./midi-error.ts";

export const TIME_SIGNATURE_META = 0x58;
export const KEY_SIGNATURE_META = 0x59;

/** Meta types of text events, by `@tonejs/midi`'s names. */
export const TEXT_TYPES: ReadonlyMap<string, number> = new Map([
  ["text", 0x01],
  ["copyrightNotice", 0x02],
  ["lyrics", 0x05],
  ["marker", 0x06],
  ["cuePoint", 0x07],
]);

/** Key names from seven flats to seven sharps; `@tonejs/midi` gives a minor key the name of its relative major. */
const KEYS = ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"];
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LATIN_1 = new TextDecoder("latin1");
/** A pitch bend of −8192 to 8191 is −1 to 8191/8192 in `@tonejs/midi`. */
const BEND_UNIT = 8192;

/** Decodes a text: UTF-8 where it is valid, else Latin-1. */
export function textOf(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return LATIN_1.decode(bytes);
  }
}

/** Repairs a text of `@tonejs/midi`, which reads each byte as a character: "Ã©" becomes "é". */
export function readableText(text: string): string {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return codes.every((code) => code <= 0xff) ? validOr(Uint8Array.from(codes), text) : text;
}

function validOr(bytes: Uint8Array, otherwise: string): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return otherwise;
  }
}

/** Converts the data of a key signature event to a key; undefined for more than seven flats or sharps. */
export function keyOf(data: Uint8Array): { key: string; scale: string } | undefined {
  const [sharps = 0, minor = 0] = data;
  const key = KEYS[((sharps << 24) >> 24) + 7];
  return key === undefined ? undefined : { key, scale: minor === 1 ? "minor" : "major" };
}

/** @throws MidiError for a key or scale that MIDI does not have. */
export function keyData(key: string, scale: string): Uint8Array {
  const index = KEYS.indexOf(key);
  if (index < 0) throw badValue(`"${key}" is not a key of a key signature; the keys are ${KEYS.join(", ")}`);
  if (scale !== "major" && scale !== "minor")
    throw badValue(`a scale must be major or minor, got "${scale}"`);
  return Uint8Array.of((index - 7) & 0xff, scale === "minor" ? 1 : 0);
}

/** Converts the data of a time signature event to numerator and denominator; undefined for 0 beats. */
export function timeSignatureOf([numerator = 0, power = 2]: Uint8Array): number[] | undefined {
  return numerator === 0 ? undefined : [numerator, 2 ** power];
}

/** @throws MidiError for a time signature that MIDI cannot represent. */
export function timeSignatureData(timeSignature: readonly number[]): Uint8Array {
  const [numerator = Number.NaN, denominator = Number.NaN] = timeSignature;
  const power = Math.log2(denominator);
  const fits = isWhole(numerator, 1, 255) && isWhole(power, 0, 255) && 2 ** power === denominator;
  if (fits) return Uint8Array.of(numerator, power, 24, 8);
  throw badValue(
    `a time signature must be 1 to 255 beats over a power of two, got ${timeSignature.map(String).join("/")}`,
  );
}

/**
 * The tempo in quarter notes per minute. `@tonejs/midi` rounds down when it converts back; where that would lose a microsecond, it is
 * slightly lower.
 */
export function bpmOf(microsecondsPerQuarter: number): number {
  const bpm = 6e7 / microsecondsPerQuarter;
  return Math.floor(6e7 / bpm) === microsecondsPerQuarter ? bpm : 6e7 / (microsecondsPerQuarter + 1e-6);
}

/** @throws MidiError for a tempo that three bytes of microseconds cannot represent. */
export function microsecondsOf(bpm: number): number {
  const value = Math.round(6e7 / bpm);
  if (isWhole(value, 1, 0xffffff)) return value;
  throw badValue(`a tempo must be between 3.58 and 60000000 quarter notes a minute, got ${bpm}`);
}

export function toBend(data1: number, data2: number): number {
  return ((data1 | (data2 << 7)) - BEND_UNIT) / BEND_UNIT;
}

/** The 14-bit value of a pitch bend event, 0–16383. */
export function fromBend(value: number): number {
  if (!(value >= -1 && value <= 1)) throw badValue(`a pitch bend must be from -1 to 1, got ${value}`);
  return Math.min(16383, Math.round(value * BEND_UNIT) + BEND_UNIT);
}

/** @throws MidiError unless `value` is a whole number in the range. */
export function checkWhole(name: string, value: number, lowest: number, highest: number): number {
  if (isWhole(value, lowest, highest)) return value;
  throw badValue(`${name} must be a whole number from ${lowest} to ${highest}, got ${value}`);
}

/** Rounds to the nearest tick. @throws MidiError for a negative tick. */
export function tickOf(value: number): number {
  const tick = Math.round(value);
  if (Number.isFinite(tick) && tick >= 0) return tick;
  throw badValue(`ticks must be 0 or more, got ${value}`);
}

export function badValue(problem: string): MidiError {
  return new MidiError(problem, { code: "bad-value", hint: "correct the object before converting it" });
}

function isWhole(value: number, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && value >= lowest && value <= highest;
}
