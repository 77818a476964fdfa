/** Offers the Text tab where there is no music model. */
import { CheckpointError } from "../models/errors.ts";
import { byId } from "./elements.ts";
import { checkModel } from "./music-model.ts";
import type { Session } from "./session.ts";

/** Asks whether the model exists, without loading it, and shows the offer if not. */
export async function offerText(models: Session["models"], openTab: () => void): Promise<void> {
  byId("text-offer-link", HTMLAnchorElement).addEventListener("click", (event) => {
    event.preventDefault();
    openTab();
  });
  try {
    if (!models.model) await checkModel(models.source);
  } catch (error) {
    // Where the server fails for now, pressing Play tries again and says why.
    byId("text-offer", HTMLElement).hidden = !isMissing(error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof CheckpointError && error.code === "missing-file";
}
