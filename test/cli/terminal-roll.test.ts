import { expect, it } from "vitest";
import { terminalRoll } from "../../src/cli/terminal-roll.ts";

it("draws a rising scale as a rising line", () => {
  const notes = Array.from({ length: 8 }, (_, i) => ({
    pitch: 60 + i,
    velocity: 80,
    startSeconds: i,
    endSeconds: i + 1,
  }));
  // Eight pitches are two lines of four; four columns are eight dots of one second.
  expect(terminalRoll(notes, 4)).toEqual(["⠀⠀⡠⠊", "⡠⠊⠀⠀"]);
});
