import type { VelocitySource } from "../../encoding/index.ts";
import type { Console } from "./console.ts";

/** Says where the velocities come from, if the model does not generate loudness. */
export function sayVelocities(console: Console, velocities: VelocitySource | undefined): void {
  if (velocities === "neighbors")
    console.say(
      "the model does not generate loudness: each new note is as loud as its instrument's notes nearby",
    );
  else if (velocities === "default")
    console.say("the model does not generate loudness: all new notes have velocity 72");
}
