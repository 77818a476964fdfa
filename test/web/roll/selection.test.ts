import { expect, it } from "vitest";
import { Selection } from "../../../web/roll/selection.ts";

it("moves one end and keeps the other, which at first is an end of the music", () => {
  const selection = new Selection();
  selection.moveEnd("fromSeconds", 2, 9);
  expect(selection.span).toEqual({ fromSeconds: 2, toSeconds: 9 });
  selection.moveEnd("toSeconds", 5, 9);
  expect(selection.span).toEqual({ fromSeconds: 2, toSeconds: 5 });
});

it("is empty when its ends meet", () => {
  const selection = new Selection();
  selection.span = { fromSeconds: 2, toSeconds: 5 };
  selection.moveEnd("toSeconds", 2, 9);
  expect(selection.span).toBeUndefined();
});

it("reports each change of the span and of the mode", () => {
  const selection = new Selection();
  const seen: unknown[] = [];
  selection.changed.listen(() => seen.push([selection.isSelecting, selection.span]));
  selection.isSelecting = true;
  selection.span = { fromSeconds: 2, toSeconds: 5 };
  selection.isSelecting = false;
  const span = { fromSeconds: 2, toSeconds: 5 };
  expect(seen).toEqual([
    [true, undefined],
    [true, span],
    [false, span],
  ]);
});
