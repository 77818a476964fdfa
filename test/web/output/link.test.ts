import { describe, expect, it } from "vitest";
import { encodePerformance, PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { LinkError, linkOf, readLink } from "../../../web/output/link.ts";

/** A note every 50 ms; the first half is the primer. */
function pieceOf(seconds: number): Piece {
  const notes = Array.from({ length: seconds * 20 }, (_, i) => ({
    pitch: 40 + ((i * 7) % 50),
    velocity: 40 + (i % 60),
    startSeconds: i / 20,
    endSeconds: i / 20 + 0.05,
  }));
  const piece = new Piece(PERFORMANCE_416);
  const ids = encodePerformance(notes, PERFORMANCE_416);
  for (const [index, id] of ids.entries())
    piece.push(id, index < ids.length / 2 ? "primer" : index % 20 === 0 ? "infilled" : "generated");
  return piece;
}

const settings = { options: { seed: 7, temperature: 0.9, topK: 40 }, seconds: Infinity };

describe("links", () => {
  it("contain the ids of up to three minutes, and their origins", async () => {
    const piece = pieceOf(180);
    const { hash, hasIds } = await linkOf(piece, settings);
    expect(hasIds).toBe(true);
    expect(hash).toMatch(/^#[\w=&.%-]+$/);
    const linked = await readLink(hash, PERFORMANCE_416);
    expect(linked?.piece?.ids).toEqual(piece.ids);
    const origins = (of: Piece | undefined): unknown[] =>
      (of?.ids ?? []).map((_, index) => of?.originOf(index));
    expect(origins(linked?.piece)).toEqual(origins(piece));
    expect(linked?.piece?.finished()).toEqual(piece.finished());
    expect(linked?.model).toBeUndefined();
    expect(linked?.settings).toEqual({ options: settings.options, seconds: 180 });
  });

  it("contain only the settings of longer pieces", async () => {
    const { hash, hasIds } = await linkOf(pieceOf(181), settings, "owner/name");
    expect(hasIds).toBe(false);
    expect(hash.length).toBeLessThan(100);
    expect(await readLink(hash, PERFORMANCE_416)).toEqual({
      piece: undefined,
      settings,
      model: "owner/name",
    });
  });

  it("contain style, density, dynamics and ending, and only those that there are", async () => {
    const chosen = { seed: 7, style: "pop", density: "busy", dynamics: "pp", ending: true } as const;
    const asked = { options: chosen, seconds: 30 };
    const { hash } = await linkOf(pieceOf(181), asked);
    expect((await readLink(hash, PERFORMANCE_416))?.settings).toEqual(asked);
    const other = await readLink(
      hash.replace("style=pop", "style=polka").replace("=pp", "=pf"),
      PERFORMANCE_416,
    );
    expect(other?.settings.options).toEqual({ seed: 7, density: "busy", ending: true });
  });

  it("are distinguished from other URLs and damaged links", async () => {
    expect(await readLink("", PERFORMANCE_416)).toBeUndefined();
    expect(await readLink("#about", PERFORMANCE_416)).toBeUndefined();
    const { hash } = await linkOf(pieceOf(10), settings);
    const cut = `${hash.slice(0, 60)}&seed=7`;
    for (const bad of [cut, "#ids=%3C&seed=1", "#seed=seven", "#seed=1&seconds=-3"]) {
      await expect(readLink(bad, PERFORMANCE_416), bad).rejects.toBeInstanceOf(LinkError);
    }
  });
});
