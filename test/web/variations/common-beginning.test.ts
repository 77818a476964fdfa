import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { commonBeginning } from "../../../web/variations/common-beginning.ts";
import { primerOf } from "../music/fakes.ts";

it.each([
  ["the whole piece before it has been heard", "idle", 0, 5],
  ["the music up to the position while paused", "idle", 2, 2],
  ["also the music that is already scheduled while it plays", "playing", 1.5, 3],
  ["at most the whole piece", "waiting", 5, 5],
] as const)("is %s", (_, state, seconds, expected) => {
  const piece = new Piece(PERFORMANCE_416, primerOf(5));
  expect(commonBeginning({ piece, state, seconds })?.seconds).toBe(expected);
});

it("is missing without a piece", () => {
  expect(commonBeginning({ piece: undefined, state: "idle", seconds: 0 })).toBeUndefined();
});
