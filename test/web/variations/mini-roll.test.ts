import { expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { noteRectangle } from "../../../web/roll/geometry.ts";
import { frameOf, miniView } from "../../../web/variations/mini-roll.ts";

it("frames the notes of all pieces in a time span, and fills the canvas with it", () => {
  const low = new Piece(PERFORMANCE_388, [380, 40, 355, 168]);
  const high = new Piece(PERFORMANCE_388, [355, 355, 380, 90, 355, 218, 355, 355, 100]);
  const frame = frameOf([low, high], { fromSeconds: 0, toSeconds: 4 });
  expect(frame).toMatchObject({ lowestPitch: 39, highestPitch: 91 });
  const view = miniView(frame, 200, 53);
  const [note] = high.notes;
  expect(note && noteRectangle(view, note, high.seconds)).toEqual({ x: 100, y: 1, width: 50, height: 1 });
  expect(frameOf([new Piece(PERFORMANCE_388)], { fromSeconds: 0, toSeconds: 4 })).toMatchObject({
    lowestPitch: 59,
    highestPitch: 73,
  });
});
