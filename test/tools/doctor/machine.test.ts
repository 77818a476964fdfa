import { expect, it } from "vitest";
import { nodeCheck } from "../../../src/tools/doctor/machine.ts";

it.each([
  ["18.19.1", "fault"],
  ["20.18.3", "fault"],
  ["20.19.0", "good"],
  ["20.20.2", "good"],
  ["22.0.0", "good"],
])("of Node %s finds: %s", (version, state) => {
  const check = nodeCheck(version, "20.19");
  expect(check.state).toBe(state);
  expect(check.hint).toBe(state === "good" ? undefined : "install Node 20.19 or later");
});
