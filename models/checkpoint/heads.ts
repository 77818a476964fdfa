/** Heads of other tasks, which Hugging Face's and trl's classes store with a GPT-2. */
import { CheckpointError } from "../errors.ts";
import { quoteName } from "../quote.ts";

/**
 * In addition to the head of the language model: a value of each id (trl's `v_head`), a choice between texts (`multiple_choice_head` of
 * `GPT2DoubleHeadsModel`), and others with such a name (`value_head`, `ilql_heads`). transformers skips any unknown
 * tensor.
 */
const ADDITIONAL = /^(?!lm_head\.)\w*heads?\d*\./;

/** Heads that replace it, by what they do. */
const INSTEAD: readonly (readonly [name: RegExp, does: string])[] = [
  [/^score\./, "classifies texts (GPT2ForSequenceClassification)"],
  [/^classifier\./, "classifies tokens (GPT2ForTokenClassification)"],
  [/^qa_outputs\./, "finds answers in texts (GPT2ForQuestionAnswering)"],
];

/** Whether a tensor belongs to a head that generation does not need. */
export function isOtherHead(name: string): boolean {
  return ADDITIONAL.test(name);
}

/** @throws CheckpointError for a head in the place of the language model's. */
export function refuseHeads(names: Iterable<string>): void {
  for (const name of names) {
    const does = INSTEAD.find(([pattern]) => pattern.test(name))?.[1];
    if (does === undefined) continue;
    throw new CheckpointError(`the checkpoint has ${quoteName(name)}: it ${does} and does not write them`, {
      code: "unknown-tensor",
      hint: "use a checkpoint of a language model (GPT2LMHeadModel)",
    });
  }
}

/** One line about skipped tensors; undefined if there are none. */
export function describeSkipped(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const heads = [...new Set(names.map((name) => `${name.split(".", 1)[0]}.*`))].sort();
  return `not used: ${heads.join(" and ")} of the checkpoint; text needs the head of the language model only`;
}
