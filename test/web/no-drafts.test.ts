import { expect, test } from "vitest";
import * as drafts from "../../src/engine/speculate.ts";
import * as standIn from "../../web/no-drafts.ts";

test("exports what the module exports that it stands for", () => {
  expect(Object.keys(standIn).toSorted()).toEqual(Object.keys(drafts).toSorted());
});
