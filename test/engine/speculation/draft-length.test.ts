import { expect, test } from "vitest";
import { DraftLength } from "../../../src/engine/speculation/index.ts";

/** The lengths of drafts, of which a share of the ids is accepted. */
function lengths(rowCost: number, accepted: (drafted: number) => number, steps = 200): readonly number[] {
  const length = new DraftLength(() => rowCost);
  return Array.from({ length: steps }, () => {
    const most = length.most(0);
    if (most > 0) length.learn(0, most, accepted(most));
    return most;
  });
}

test("drafts more where all is accepted, up to eight ids", () => {
  const all = lengths(0.3, (drafted) => drafted);
  expect(all[0]).toBe(1);
  expect(all.at(-1)).toBe(8);
});

test("drafts nothing where nothing is accepted, but tries again after 64 steps", () => {
  const none = lengths(0.3, () => 0, 500);
  const last = none.slice(-128).filter((length) => length > 0);
  expect(last).toEqual([1, 1]);
});

test("drafts nothing where an id costs as much as a run", () => {
  expect(new Set(lengths(1, (drafted) => drafted).slice(0, 60))).toEqual(new Set([0]));
});

test("learns of each kind by itself", () => {
  const length = new DraftLength(() => 0.3);
  for (let step = 0; step < 60; step += 1) length.learn(0, 1, 0);
  expect([length.most(0), length.most(1)]).toEqual([0, 1]);
});

test("begins with what the drafter expects of a kind", () => {
  const length = new DraftLength(
    () => 0.3,
    (kind) => [0.97, 0.1][kind]!,
  );
  expect([length.most(0), length.most(1)]).toEqual([8, 0]);
});
