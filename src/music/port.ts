import { OptionError } from "../options.ts";

/** The ports that the MIDI port event can name. */
export const LAST_PORT = 127;

/** @throws OptionError for a port that no MIDI port event can name. */
export function checkPort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= LAST_PORT)) return;
  throw new OptionError(`port must be a whole number from 0 to ${LAST_PORT}, got ${port}`);
}
