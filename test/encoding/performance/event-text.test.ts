import { expect, it } from "vitest";
import { eventText, MIDI_NEURAL_PROCESSOR, PERFORMANCE_416, pitchName } from "../../../encoding/index.ts";

it.each([
  [60, "NOTE_ON 60 C4"],
  [149, "NOTE_OFF 21 A0"],
  [307, "TIME_SHIFT 0.52 s"],
  [380, "VELOCITY 25 97–100"],
  [387, "VELOCITY 32 125–127"],
  [389, "START"],
  [402, "STYLE 2"],
])("id %i is %s", (id, text) => {
  expect(eventText(PERFORMANCE_416.event(id), PERFORMANCE_416)).toBe(text);
});

it("names the lowest and highest velocities and pitches", () => {
  const softest = eventText(MIDI_NEURAL_PROCESSOR.event(356), MIDI_NEURAL_PROCESSOR);
  expect(softest).toBe("VELOCITY 0 1–3");
  expect([0, 127].map(pitchName)).toEqual(["C-1", "G9"]);
});
