import { HintedError } from "../../errors.ts";

/** Thrown when music cannot be rendered; the message says what was found, `hint` what to do. */
export class RenderError extends HintedError<"too-long" | "bad-sound-font"> {
  override readonly name = "RenderError";
}
