/** `--part`: the instrument that the notes of a track count as. */
import { InvalidArgumentError } from "commander";
import { ArrivalError, parseInstruments } from "../../encoding/index.ts";
import type { TrackPart } from "../tools/dataset/index.ts";

/** Parses `MELODY=flute`; may be repeated. */
export function trackPart(text: string, previous: readonly TrackPart[] = []): TrackPart[] {
  const [track = "", name] = text.split(/=(.*)/s);
  if (name === undefined) {
    throw new InvalidArgumentError('Must be the name of a track, "=" and an instrument.');
  }
  const [instrument, ...others] = instrumentsNamed(name);
  if (instrument === undefined || others.length > 0)
    throw new InvalidArgumentError(`"${name}" must be one instrument, not several.`);
  return [...previous, { track, instrument }];
}

function instrumentsNamed(name: string): ReadonlySet<number> {
  try {
    return parseInstruments(name);
  } catch (error) {
    if (error instanceof ArrivalError) throw new InvalidArgumentError(`${error.message}: ${error.hint}.`);
    throw error;
  }
}
