import { expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import { Branches } from "../../../web/music/branches.ts";
import { Piece } from "../../../web/music/piece.ts";

const piece = (): Piece => new Piece(PERFORMANCE_388);

it("compares a branch with its parent, and the root with its newest child", () => {
  const branches = new Branches();
  const main = branches.start(piece());
  expect(branches.compared).toBeUndefined();
  branches.grow(piece(), { name: "a", forkSeconds: 3 });
  expect(branches.compared).toBe(main);
  expect(branches.difference).toEqual({ fromSeconds: 3, toSeconds: Infinity });
  branches.select(main);
  const b = branches.grow(piece(), { name: "b", forkSeconds: 5, joinSeconds: 9 });
  branches.select(main);
  expect(branches.compared).toBe(b);
  expect(branches.difference).toEqual({ fromSeconds: 5, toSeconds: 9 });
});

it("numbers branches of the same name", () => {
  const branches = new Branches();
  branches.start(piece());
  for (const name of ["accompaniment", "from 0:03", "accompaniment", "accompaniment"])
    branches.grow(piece(), { name, forkSeconds: 0 });
  expect(branches.list.map(({ name }) => name)).toEqual([
    "original",
    "accompaniment",
    "from 0:03",
    "accompaniment (2)",
    "accompaniment (3)",
  ]);
});

it("moves the children of a removed branch to its parent", () => {
  const branches = new Branches();
  const main = branches.start(piece());
  const a = branches.grow(piece(), { name: "a", forkSeconds: 3 });
  const b = branches.grow(piece(), { name: "b", forkSeconds: 5 });
  branches.select(a);
  branches.remove(a);
  expect(branches.current).toBe(main);
  expect(branches.list).toEqual([main, b]);
  expect(b.parent).toBe(main);
  branches.remove(b);
  branches.remove(main);
  expect(branches.list, "the last one stays").toEqual([main]);
});
