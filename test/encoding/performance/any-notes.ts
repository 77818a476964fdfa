/** Notes for property tests. */
import * as fc from "fast-check";
import { type Note, quantize } from "../../../encoding/index.ts";

/** Any notes within ten seconds, not on the grid. */
export const anyNotes = fc.array(
  fc
    .record({
      pitch: fc.integer({ min: 55, max: 65 }),
      velocity: fc.integer({ min: 1, max: 127 }),
      startSeconds: fc.double({ min: 0, max: 10, noNaN: true }),
      seconds: fc.double({ min: 0, max: 3, noNaN: true }),
    })
    .map(({ seconds, ...rest }): Note => ({ ...rest, endSeconds: rest.startSeconds + seconds })),
  { maxLength: 40 },
);

/** Notes in order of start; on the grid, no note begins on a sounding key. */
export const notesApart = anyNotes.map((notes) => {
  const free = new Map<number, number>();
  return notes
    .toSorted((a, b) => a.startSeconds - b.startSeconds)
    .filter((one) => {
      const start = quantize(one.startSeconds);
      if (start < (free.get(one.pitch) ?? 0)) return false;
      free.set(one.pitch, Math.max(start + 1, quantize(one.endSeconds)));
      return true;
    });
});
