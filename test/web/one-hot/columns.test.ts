import { expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { columnsAround } from "../../../web/one-hot/columns.ts";

/** Velocity, C4, half a second, C4 ends, E4, half a second, G4. */
const IDS = [380, 60, 305, 188, 64, 305, 67];

it("shows events before and after the playback position, in the rows of their ids", () => {
  const piece = new Piece(PERFORMANCE_388, IDS);
  const columns = columnsAround(piece, 0.4, 5);
  expect(columns.map(({ id }) => id)).toEqual([380, 60, 305, 188, 64]);
  expect(columns.map(({ row }) => row)).toEqual([380, 60, 305, 188, 64]);
  expect(columns.map(({ isNow }) => isNow)).toEqual([false, false, true, false, false]);
  expect(columnsAround(piece, 9, 4).map(({ id }) => id)).toEqual([64, 305, 67]);
  expect(columnsAround(new Piece(PERFORMANCE_388), 0, 4)).toEqual([]);
});
