import { expect, it } from "vitest";
import type { PieceNote } from "../../../web/music/note.ts";
import { orderedByKind } from "../../../web/why/candidates.ts";
import { spellingOf, WITH_SHARPS } from "../../../web/why/spelling.ts";
import { timeBefore, whySentence } from "../../../web/why/why-sentence.ts";

const NOTE: PieceNote = {
  pitch: 39,
  velocity: 80,
  startSeconds: 4,
  endSeconds: 5,
  index: 9,
  endIndex: 12,
  origin: "generated",
};

function arc(toPitch: number, toSeconds: number, weight: number, head = 0) {
  return { fromSeconds: 4, fromPitch: 39, toSeconds, toPitch, head, heads: 2, weight };
}

it("says how sure the model was and what it listened to most, over all heads", () => {
  const arcs = [arc(39, 3, 0.4), arc(60, 1, 0.5, 1), arc(39, 3, 0.3, 1)];
  expect(whySentence(NOTE, undefined, 0.95, arcs, WITH_SHARPS)).toBe(
    "D♯2 again: 95 % sure. It listened most to the D♯2 a second before.",
  );
  expect(whySentence(NOTE, "0.31 s later", 0.001, [arc(60, 1, 1)], WITH_SHARPS)).toBe(
    "0.31 s later: 0.1 % sure. It listened most to the C4 3 seconds before.",
  );
  expect(whySentence({ ...NOTE, origin: "primer" }, undefined, 0.12, [], WITH_SHARPS)).toBe(
    "D♯2 is yours: the model would have been 12 % sure of it.",
  );
  expect([0, 0.1, 0.5, 1, 2.4].map(timeBefore)).toEqual([
    "at the same time",
    "just before",
    "half a second before",
    "a second before",
    "2 seconds before",
  ]);
});

it("writes flats in flat keys, and sharps in others", () => {
  const scale = (tonic: number, steps: readonly number[]): { pitch: number }[] =>
    [...steps, 0, 4 - (steps[2] === 3 ? 1 : 0), 7, 0].map((step) => ({ pitch: 60 + tonic + step }));
  const major = [0, 2, 4, 5, 7, 9, 11];
  const minor = [0, 2, 3, 5, 7, 8, 10];
  expect(spellingOf(scale(3, major))(63), "E♭ major").toBe("E♭4");
  expect(spellingOf(scale(0, minor))(68), "C minor").toBe("A♭4");
  expect(spellingOf(scale(4, major))(68), "E major").toBe("G♯4");
  expect(spellingOf(scale(9, minor))(70), "A minor").toBe("A♯4");
  expect(spellingOf([])(61)).toBe("C♯4");
});

it("shows eight candidates, those of the kind that was chosen first, and always the chosen one", () => {
  const of = (kind: string, count: number): { kind: string; id: number; isChosen: boolean }[] =>
    Array.from({ length: count }, (_, id) => ({ kind, id, isChosen: false }));
  const chosen = { kind: "which note", id: 99, isChosen: true };
  const shown = orderedByKind([...of("how loud", 10), ...of("which note", 10), ...of("when", 1), chosen]);
  expect(shown.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    "which note 0",
    "which note 1",
    "which note 2",
    "which note 3",
    "which note 99",
    "how loud 0",
    "how loud 1",
    "how loud 2",
  ]);
  expect(orderedByKind([...of("when", 12), { ...chosen, kind: "when" }])).toHaveLength(8);
});
