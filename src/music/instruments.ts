import { OptionError } from "../options.ts";

const PIANO_PROGRAM = 0;

/** @throws OptionError for instruments without the piano, the only instrument of models of performance events. */
export function checkInstruments(instruments: ReadonlySet<number> | undefined): void {
  if (!instruments || instruments.has(PIANO_PROGRAM)) return;
  throw new OptionError("the model plays the piano only, and instruments does not contain it", {
    code: "not-for-this-model",
    hint: "omit instruments, or load a model of several instruments with loadBandModel",
  });
}
