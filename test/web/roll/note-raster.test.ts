import { expect, it } from "vitest";
import { RectangleList } from "../../../web/roll/note-layout.ts";
import { fillRectangles } from "../../../web/roll/note-raster.ts";

const [WIDTH, HEIGHT] = [8, 5];

/** The image as letters; a dot is an empty pixel. */
function picture(...rectangles: readonly (readonly [number, number, number, number])[]): string[] {
  const pixels = new Uint32Array(WIDTH * HEIGHT);
  for (const [i, rectangle] of rectangles.entries()) {
    const list = new RectangleList();
    list.add(...rectangle);
    fillRectangles(pixels, WIDTH, HEIGHT, list, i + 1);
  }
  const letters = [...pixels].map((pixel) => ".abc"[pixel]).join("");
  return Array.from({ length: HEIGHT }, (_, row) => letters.slice(row * WIDTH, (row + 1) * WIDTH));
}

it("fills rectangles in order, with an empty line between rows", () => {
  expect(picture([1, 0, 3, 3], [2.6, 1, 3, 4])).toEqual([
    ".aaa....",
    ".aabbb..",
    "...bbb..",
    "...bbb..",
    "........",
  ]);
});

it("fills at least one pixel, and nothing beyond the edges", () => {
  expect(picture([6.2, 1.4, 0.1, 0.3], [7, 3, 9, 9], [-3, 3, 4, 2])).toEqual([
    "........",
    "......a.",
    "........",
    "c......b",
    ".......b",
  ]);
});
