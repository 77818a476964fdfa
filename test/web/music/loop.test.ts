import { describe, expect, it } from "vitest";
import { Loop } from "../../../web/music/loop.ts";
import { Piece } from "../../../web/music/piece.ts";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Selection } from "../../../web/roll/selection.ts";
import type { Span } from "../../../web/sound/sound.ts";
import { primerOf } from "./fakes.ts";

function setUp(piece?: Piece): { loop: Loop; selection: Selection; spans: (Span | undefined)[] } {
  const spans: (Span | undefined)[] = [];
  const selection = new Selection();
  return { selection, spans, loop: new Loop({ piece }, selection, (span) => spans.push(span)) };
}

const five = (): Piece => new Piece(PERFORMANCE_416, primerOf(5));

describe("Loop", () => {
  it("loops the whole piece, or the selection", () => {
    const { loop, selection, spans } = setUp(five());
    let changes = 0;
    loop.changed.listen(() => (changes += 1));
    loop.isOn = true;
    expect([loop.isOn, changes]).toEqual([true, 1]);
    selection.span = { fromSeconds: 1, toSeconds: 2 };
    selection.span = undefined;
    loop.isOn = false;
    expect(spans).toEqual([
      { fromSeconds: 0, toSeconds: 5 },
      { fromSeconds: 1, toSeconds: 2 },
      { fromSeconds: 0, toSeconds: 5 },
      undefined,
    ]);
  });

  it("loops nothing while it is off, or the piece is empty or missing", () => {
    const off = setUp(five());
    off.selection.span = { fromSeconds: 1, toSeconds: 2 };
    expect(off.spans).toEqual([undefined]);
    for (const { loop, spans } of [setUp(), setUp(new Piece(PERFORMANCE_416))]) {
      loop.isOn = true;
      expect(spans).toEqual([undefined]);
    }
  });
});
