/** Checks the selected instruments against those of a model. */
import { type ArrivalVocabulary, instrumentName } from "../../../encoding/index.ts";
import { OptionError } from "../../options.ts";

/** The most names in a message. */
const MAX_NAMES = 8;

/** @throws OptionError when the vocabulary has none of the instruments, so that the model could generate rests only. */
export function requirePlayers(vocabulary: ArrivalVocabulary, players: ReadonlySet<number>): void {
  const all = [...players];
  if (all.some((instrument) => vocabulary.hasInstrument(instrument))) return;
  throw new OptionError(
    all.length === 0 ? "no instruments are chosen" : `the model has no ${namesOf(all, " or ")}`,
    {
      code: "not-for-this-model",
      hint: `choose among its instruments: ${namesOf(vocabulary.instruments, ", ")}`,
    },
  );
}

function namesOf(instruments: readonly number[], separator: string): string {
  const names = instruments.slice(0, MAX_NAMES).map(instrumentName).join(separator);
  return instruments.length > MAX_NAMES ? `${names} …` : names;
}
