import { OptionError } from "../options.ts";

/** The highest port number of a MIDI port event. */
export const LAST_PORT = 127;

/** @throws OptionError for a port outside 0 to `LAST_PORT`. */
export function checkPort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= LAST_PORT)) return;
  throw new OptionError(`port must be a whole number from 0 to ${LAST_PORT}, got ${port}`);
}
