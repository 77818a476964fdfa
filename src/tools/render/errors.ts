import { HintedError } from "../../errors.ts";

/** Thrown when music cannot be rendered. The message states the error, `hint` the remedy. */
export class RenderError extends HintedError<"too-long" | "bad-sound-font"> {
  override readonly name = "RenderError";
}
