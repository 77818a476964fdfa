/** Draws the rooms of ARCHITECTURE.md, floor by floor, from rooms.json, which `test/imports.test.ts` holds; part of `npm run docs`. */
import { readFileSync } from "node:fs";
import { ACCENT, box, FAINT, INK, NOTE, save, svg, text } from "./svg.mjs";

const WIDTH = 720;
const MARGIN = 16;
const FLOOR = 46;
const GAP = 8;

/** Where a room's code runs. */
const COLOURS = { both: INK, node: ACCENT, browser: NOTE };
const WORDS = { both: "runs in both", node: "needs Node", browser: "for browsers" };

const floors = JSON.parse(readFileSync(new URL("rooms.json", import.meta.url), "utf8"));

save("rooms", svg(WIDTH, floors.length * (FLOOR + GAP) + 44, [...floors.flatMap(floor), ...legend()]));

function floor(rooms, level) {
  const y = MARGIN + level * (FLOOR + GAP);
  const width = (WIDTH - 2 * MARGIN - (rooms.length - 1) * GAP) / rooms.length;
  return rooms.flatMap(({ name, is, where }, place) => {
    const x = Math.round(MARGIN + place * (width + GAP));
    return [
      box(x, y, Math.round(width), FLOOR, FAINT),
      box(x, y, 5, FLOOR, COLOURS[where]),
      text(x + 16, y + 19, name, `font-size="13" font-weight="bold"`),
      text(x + 16, y + 36, is),
    ];
  });
}

function legend() {
  const y = MARGIN + floors.length * (FLOOR + GAP);
  return Object.entries(WORDS).flatMap(([where, words], place) => [
    box(MARGIN + place * 110, y, 5, 14, COLOURS[where]),
    text(MARGIN + 12 + place * 110, y + 11, words),
  ]);
}
