import { expect, it } from "vitest";
import * as exactRuns from "../../src/engine/exact-run.ts";
import * as replacement from "../../web/no-exact-runs.ts";

it("has the names of the module that it stands for, and reads one id at a time", async () => {
  expect(Object.keys(replacement).toSorted()).toEqual(Object.keys(exactRuns).toSorted());
  expect(replacement.exactRunLength()).toBe(1);
  expect(replacement.hasExactShape()).toBe(false);
  expect(await replacement.readsRowsExactly()).toBe(false);
});
