import type { VelocitySource } from "../../encoding/index.ts";
import type { Console } from "./console.ts";

/** Says where the velocities come from, if the model does not generate loudness. */
export function sayVelocities(console: Console, velocities: VelocitySource | undefined): void {
  if (velocities === "neighbors")
    console.say(
      "the model does not generate loudness: each new note has the mean velocity of its instrument's notes nearby, or of all notes nearby if the instrument is new",
    );
  else if (velocities === "default")
    console.say(
      "the model does not generate loudness: all new notes have velocity 72, since no notes were given",
    );
}
