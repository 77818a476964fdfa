import { expect, it } from "vitest";
import { eventLine } from "../../../encoding/arrival/event-line.ts";

it("writes notes, controls, rests and separators as text", () => {
  const note = { kind: "note", onsetStep: 12, durationSteps: 40, pitch: 36, instrument: 32 } as const;
  expect(eventLine({ ...note, isControl: false })).toBe("0.12 s C2 on Acoustic Bass for 0.40 s");
  expect(eventLine({ ...note, instrument: 128, isControl: true })).toBe(
    "0.12 s C2 on Drums for 0.40 s (control)",
  );
  expect(eventLine({ kind: "rest", onsetStep: 100 })).toBe("1.00 s rest");
  expect(eventLine({ kind: "separator" })).toBe("next piece");
});
