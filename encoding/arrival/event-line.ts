/** Events as readable text. */
import { pitchName } from "../pitch-name.ts";
import type { ArrivalEvent } from "./events.ts";
import { instrumentName } from "./instrument-names.ts";

/** One event, such as `0.12 s C2 on Acoustic Bass for 0.40 s`, `1.00 s rest` or `next piece`; controls end with `(control)`. */
export function eventLine(event: ArrivalEvent): string {
  if (event.kind === "separator") return "next piece";
  const onset = seconds(event.onsetStep);
  if (event.kind === "rest") return `${onset} rest`;
  const { pitch, instrument, durationSteps, isControl } = event;
  const line = `${onset} ${pitchName(pitch)} on ${instrumentName(instrument)} for ${seconds(durationSteps)}`;
  return isControl ? `${line} (control)` : line;
}

function seconds(steps: number): string {
  return `${(steps / 100).toFixed(2)} s`;
}
