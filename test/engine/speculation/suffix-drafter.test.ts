import { expect, test } from "vitest";
import { SuffixDrafter } from "../../../src/engine/speculation/index.ts";

/** What is drafted after some ids, at most five. */
function drafted(ids: readonly number[], drafter = new SuffixDrafter()): unknown {
  drafter.start(ids);
  return drafter.draft(() => 5);
}

test("drafts what followed the longest earlier suffix, and its kind tells how long that is", () => {
  expect(drafted([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3])).toEqual({ ids: [4, 5, 6, 7, 8], kind: 0 });
  // 2, 3 stands twice: the longer context decides.
  expect(drafted([9, 1, 2, 3, 4, 8, 1, 2, 3, 5, 7, 9, 1, 2, 3])).toEqual({ ids: [4, 8, 1, 2, 3], kind: 1 });
  // Of equal ones the newest.
  expect(drafted([1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3])).toEqual({ ids: [5, 1, 2, 3, 5], kind: 0 });
});

test("drafts nothing without a repeat of three ids, or where none is wanted", () => {
  expect(drafted([])).toEqual({ ids: [], kind: 0 });
  expect(drafted([1, 2, 3, 4, 5, 2, 3])).toEqual({ ids: [], kind: 0 });
  const drafter = new SuffixDrafter();
  drafter.start([1, 2, 3, 4, 1, 2, 3]);
  expect(drafter.draft(() => 0)).toEqual({ ids: [], kind: 0 });
});

test("a repeat that reaches the end goes on with its own copy", () => {
  expect(drafted([7, 7, 7, 7, 7])).toEqual({ ids: [7, 7, 7, 7, 7], kind: 1 });
  expect(drafted([1, 2, 3, 1, 2, 3])).toEqual({ ids: [1, 2, 3, 1, 2], kind: 0 });
});

test("appends ids one by one, and discards those before a start", () => {
  const drafter = new SuffixDrafter();
  drafter.start([1, 2, 3, 4]);
  for (const id of [5, 1, 2, 3]) drafter.push(id);
  expect(drafter.draft(() => 2)).toEqual({ ids: [4, 5], kind: 0 });
  expect(drafted([1, 2, 3], drafter)).toEqual({ ids: [], kind: 0 });
});

test("remembers the newest 8192 ids or more", () => {
  const drafter = new SuffixDrafter();
  const phrase = [70_000, 70_001, 70_002];
  drafter.start([...phrase, 5]);
  for (let id = 0; id < 8185; id += 1) drafter.push(id);
  for (const id of phrase) drafter.push(id);
  expect(drafter.draft(() => 1)).toEqual({ ids: [5], kind: 0 });
  for (let id = 0; id < 3 * 8192; id += 1) drafter.push(id);
  for (const id of phrase) drafter.push(id);
  expect(drafter.draft(() => 1)).toEqual({ ids: [], kind: 0 });
});

test("expects more of longer repeats", () => {
  const drafter = new SuffixDrafter();
  const guesses = [0, 1, 2, 3, 4].map((kind) => drafter.firstGuess(kind));
  expect(guesses).toEqual([0.55, 0.65, 0.8, 0.92, 0.97]);
});
