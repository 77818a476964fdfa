/** Checks of option values; commander shows their messages with the option's name. */
import { InvalidArgumentError } from "commander";

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Must be a whole number of at least 1.");
}
