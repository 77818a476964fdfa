import { expect, it } from "vitest";
import { ARRIVAL_55028, ARRIVAL_9772, idWords } from "../../../encoding/index.ts";

const { durationFirst, noteId, rest, controlOffset } = ARRIVAL_55028;
const bass = noteId.call(ARRIVAL_55028, 32, 36);

it.each([
  [12, "0.12 s later"],
  [0, "at the same time"],
  [durationFirst + 40, "for 0.40 s"],
  [bass, "C2 on Acoustic Bass"],
  [ARRIVAL_55028.noteId(128, 38), "D2 on Drums"],
  [rest, "rest"],
  [controlOffset + 12, "0.12 s later (control)"],
  [controlOffset + durationFirst + 40, "for 0.40 s (control)"],
  [controlOffset + bass, "C2 on Acoustic Bass (control)"],
  [ARRIVAL_55028.separator, "next piece"],
  [ARRIVAL_55028.autoregress, "start, without controls"],
  [ARRIVAL_55028.anticipate, "start, with controls"],
])("id %i is %s", (id, words) => {
  expect(idWords(id)).toBe(words);
});

it("counts waits from the event before, in any vocabulary", () => {
  expect(idWords(112, { previousOnset: 100 })).toBe("0.12 s later");
  expect(idWords(88, { previousOnset: 100 })).toBe("0.12 s earlier");
  expect(idWords(ARRIVAL_9772.noteId(73, 60), { vocabulary: ARRIVAL_9772 })).toBe("C4 on Flute");
});
