import { describe, expect, it } from "vitest";
import { encodePerformance, PERFORMANCE_388 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { noteRectangle, type RollView } from "../../../web/roll/geometry.ts";
import { createLayout, layOutNotes, SHADES } from "../../../web/roll/note-layout.ts";

const VIEW: RollView = {
  width: 1000,
  height: 880,
  keyboardWidth: 20,
  rulerHeight: 0,
  seconds: 10,
  anchor: 0.5,
  pixelsPerSecond: 90,
  lowestPitch: 21,
  highestPitch: 108,
};

/** A note every 50 ms on repeated pitches; the first fifth is the primer. */
function pieceOf(count: number): Piece {
  const notes = Array.from({ length: count }, (_, i) => ({
    pitch: 24 + ((i * 37) % 80),
    velocity: 1 + (Math.floor(i / 40) % 127),
    startSeconds: i / 20,
    endSeconds: i / 20 + 0.1 + (i % 7) / 10,
  }));
  const ids = [...encodePerformance(notes, PERFORMANCE_388)];
  const piece = new Piece(PERFORMANCE_388, ids.slice(0, ids.length / 5));
  for (const id of ids.slice(ids.length / 5)) piece.push(id);
  return piece;
}

describe("layOutNotes", () => {
  it("contains the rectangle of every visible note at a large scale, in its color", () => {
    const piece = pieceOf(600);
    const layout = createLayout();
    layOutNotes(layout, VIEW, piece, 9);
    const expected = new Set<string>();
    for (const note of piece.notes) {
      const box = noteRectangle(VIEW, note, piece.seconds);
      if (!box) continue;
      const kind = note.origin === "primer" ? "primer" : note.startSeconds > 9 ? "unheard" : "generated";
      const shade = Math.floor((note.velocity * SHADES) / 128);
      expected.add([kind, shade, box.x, box.y, box.width, box.height].map(rounded).join(" "));
    }
    const found = new Set<string>();
    for (const kind of ["primer", "generated", "unheard"] as const) {
      for (const [shade, list] of layout[kind].entries()) {
        list.forEach((...box) => found.add([kind, shade, ...box].map(rounded).join(" ")));
      }
    }
    expect(found).toEqual(expected);
    expect(layout.count).toBe(expected.size);
    const sounding = piece.notes.filter(
      ({ startSeconds, endSeconds = 99 }) => startSeconds <= 9 && endSeconds > 9,
    );
    expect([...layout.sounding].sort()).toEqual(sounding.map(({ pitch }) => pitch).sort());
  });

  it("contains fewer rectangles at a small scale, which cover the same pixels", () => {
    const piece = pieceOf(4000);
    const view = { ...VIEW, pixelsPerSecond: 0.5, seconds: 100 };
    const layout = createLayout();
    layOutNotes(layout, view, piece, 50);
    expect(layout.count).toBeLessThan(1000);
    const painted = new Set<string>();
    for (const list of [layout.primer, layout.generated, layout.unheard].flat()) {
      list.forEach((x, y, width) => {
        for (let pixel = Math.round(x); pixel < Math.round(x + width); pixel += 1)
          painted.add(`${pixel} ${rounded(y)}`);
      });
    }
    for (const note of piece.notes) {
      const box = noteRectangle(view, note, piece.seconds);
      if (!box) continue;
      const middle = Math.floor(box.x + box.width / 2);
      const near = [middle - 1, middle, middle + 1].some((pixel) =>
        painted.has(`${pixel} ${rounded(box.y)}`),
      );
      expect(near, `a note at ${box.x}`).toBe(true);
    }
  });
});

function rounded(value: number | string): number | string {
  return typeof value === "number" ? Math.round(value * 50) / 50 : value;
}
