import { expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import { dynamics, eventWords } from "../../../web/why/event-words.ts";

it.each([
  [{ kind: "NOTE_ON", value: 76 }, 10, "E5"],
  [{ kind: "NOTE_OFF", value: 76 }, 10, "release E5"],
  [{ kind: "TIME_SHIFT", value: 31 }, 10, "0.31 s later"],
  [{ kind: "VELOCITY", value: 14 }, 10, "louder (mp)"],
  [{ kind: "VELOCITY", value: 9 }, 10, "slightly softer (p)"],
  [{ kind: "VELOCITY", value: 30 }, 10, "much louder (fff)"],
  [{ kind: "VELOCITY", value: 20 }, undefined, "mf"],
] as const)("describes %o after velocity bin %s: %s", (event, before, words) => {
  expect(eventWords(event, before, PERFORMANCE_388)).toBe(words);
});

it("has a dynamic mark for every velocity", () => {
  expect([1, 16, 40, 64, 80, 96, 112, 127].map(dynamics)).toEqual([
    "ppp",
    "pp",
    "p",
    "mf",
    "f",
    "ff",
    "fff",
    "fff",
  ]);
});
