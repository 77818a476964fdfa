/** Parsers of option values. Commander shows their messages with the name of the option. */
import { InvalidArgumentError, Option } from "commander";
import {
  type Compatibility,
  parseSelection,
  SelectionError,
  type TrackSelection,
} from "../../encoding/index.ts";
import { LAST_PORT } from "../music/index.ts";
import { DYNAMICS_OPTION, type NumberOption, PRECISION_OPTION, problemWith } from "../options.ts";

export function positiveInteger(text: string): number {
  const value = parseNumber(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Must be a whole number of at least 1.");
}

export function positiveNumber(text: string): number {
  const value = parseNumber(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError("Must be a number above 0.");
}

/** The modes of `--compatibility`. */
const COMPATIBILITY_MODES: readonly Compatibility[] = ["note-seq", "anticipation"];

/** `--compatibility`: read MIDI files as another program does. */
export function compatibilityOption(): Option {
  return new Option("--compatibility <name>", "read notes and pedals exactly as this program does").choices(
    COMPATIBILITY_MODES,
  );
}

/** A MIDI port number. */
export function portValue(text: string): number {
  const value = parseNumber(text);
  if (Number.isInteger(value) && value >= 0 && value <= LAST_PORT) return value;
  throw new InvalidArgumentError(`Must be a whole number from 0 to ${LAST_PORT}.`);
}

/** A time from the start of a file, in seconds. */
export function timeValue(text: string): number {
  const value = parseNumber(text);
  if (value >= 0 && value < Infinity) return value;
  throw new InvalidArgumentError("Must be a number of at least 0.");
}

/** Ids, separated by commas or spaces. */
export function idList(text: string): readonly number[] {
  const ids = text.split(/[\s,]+/).filter((id) => id !== "");
  if (ids.length > 0 && ids.every((id) => /^\d{1,9}$/.test(id))) return ids.map(Number);
  throw new InvalidArgumentError("Must be ids, separated by commas, such as 50258,7454.");
}

/** Adds a value of `--stop` to those before. */
export function stopString(text: string, before: readonly string[] = []): readonly string[] {
  if (text === "") throw new InvalidArgumentError("Must not be empty.");
  return [...before, text];
}

/** A seed. */
export function seedValue(text: string): number {
  const value = parseNumber(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`Must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
}

/** A value within the range of an option of the common table. */
export function numberIn(option: NumberOption, text: string): number {
  const value = parseNumber(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError("Must be a number.");
  const problem = problemWith(option, value);
  if (problem === undefined) return value;
  throw new InvalidArgumentError(`The value ${problem}.`);
}

/** `--dynamics`, of every command that generates music. */
export function dynamicsOption(): Option {
  const { flag, help, choices } = DYNAMICS_OPTION;
  return new Option(`${flag} <mark>`, help).choices(choices);
}

/** `--precision`, of every command that runs a model. */
export function precisionOption(): Option {
  const { flag, help, choices, fallback } = PRECISION_OPTION;
  return new Option(`${flag} <name>`, help).choices(choices).default(fallback);
}

/** Parses the value of `--tracks`. */
export function trackSelection(text: string): TrackSelection {
  try {
    return parseSelection(text);
  } catch (error) {
    if (error instanceof SelectionError) throw new InvalidArgumentError(`${error.message}: ${error.hint}.`);
    throw error;
  }
}

/** Examples for `--tracks` in help texts. */
export const TRACKS_EXAMPLES = 'such as "1", "0-2,4", "channel:0" or "program:0-7"';
export const TRACKS_HELP = `use only these tracks, ${TRACKS_EXAMPLES}`;

/** `Number`, except that an empty text is NaN. */
function parseNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** Disables drift control (`src/music/drift-control.ts`). */
export const DRIFT_CONTROL_FLAG = "--no-drift-control";
export const DRIFT_CONTROL_HELP =
  "disable drift control, which keeps note density and repetition near those of people over long generations: it breaks up passages that repeat without end, and keeps the number of notes a second near the input's for a minute and then within bounds";
