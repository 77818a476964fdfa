import { expect, it } from "vitest";
import { environmentChecks } from "../../../src/tools/doctor/environment.ts";

it("shows variables that are set, without secrets", () => {
  const checks = environmentChecks({ HF_TOKEN: "hf_secret", HF_HOME: "/models", HOME: "/home" });
  expect(checks.map(({ name, found, state }) => [name, found, state])).toEqual([
    ["HF_HOME", "/models", "good"],
    ["HF_TOKEN", "set", "good"],
  ]);
});

it("reports that no variable is set", () => {
  expect(environmentChecks({})).toMatchObject([{ state: "good", found: expect.stringContaining("HF_HOME") }]);
});

it.each([
  ["OSTINATO_BACKEND", "cuda"],
  ["HF_ENDPOINT", "hub.example"],
  ["HF_ENDPOINT", "ftp://hub.example"],
])("reports %s=%s as a fault", (name, value) => {
  expect(environmentChecks({ [name]: value })).toMatchObject([
    { name, state: "fault", hint: expect.any(String) },
  ]);
});
