/** Loads the included model and its runtime in idle time, so that the first press sounds sooner. */
import { OWN_MODELS } from "./music-model.ts";
import { savesData } from "./saves-data.ts";
import type { Session } from "./session.ts";

/** Others may have gigabytes. Nothing is loaded where the visitor saves data. */
export function loadEarly({ models }: Pick<Session, "models">): void {
  if (savesData() || models.source.name !== OWN_MODELS[0]) return;
  const load = (): void => void models.loadEarly();
  // Safari has no requestIdleCallback.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(load, { timeout: 3000 });
  else setTimeout(load, 1000);
}
