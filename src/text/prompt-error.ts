import { HintedError } from "../errors.ts";

/** Thrown for a prompt that cannot be continued, or a text that cannot be scored. */
export class PromptError extends HintedError<
  "no-prompt" | "too-long" | "too-short" | "unknown-id" | "unknown-separator"
> {
  override readonly name = "PromptError";
}
