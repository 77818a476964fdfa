/** Checks of option values; commander shows their messages with the option's name. */
import { InvalidArgumentError } from "commander";
import { type NumberOption, problemWith } from "../options.ts";

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

/** A value within the range of an option of the common table. */
export function numberIn(option: NumberOption, text: string): number {
  const value = parseNumber(text);
  const problem = problemWith(option, value);
  if (problem === undefined) return value;
  throw new InvalidArgumentError(`It ${problem}.`);
}

/** `Number`, but nothing is not 0. */
function parseNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
