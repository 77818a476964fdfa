import { HintedError } from "../../encoding/hinted-error.ts";

/** Thrown when music cannot be rendered; the message says what was found, `hint` what to do. */
export class RenderError extends HintedError {
  override readonly name = "RenderError";
}
