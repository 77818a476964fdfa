import { describe, expect, it } from "vitest";
import { candidateLines } from "../../src/cli/candidates.ts";
import { choiceOfKey, choiceOfLine, shownRange } from "../../src/cli/choose.ts";

describe("choosing", () => {
  it.each([
    ["1", { kind: "take", index: 0 }],
    [" 3 ", { kind: "take", index: 2 }],
    ["", { kind: "take", index: 1 }],
    ["q", { kind: "end" }],
    ["0", { kind: "wrong" }],
    ["4", { kind: "wrong" }],
    ["1.5", { kind: "wrong" }],
    ["one", { kind: "wrong" }],
  ])("line %o", (line, choice) => {
    expect(choiceOfLine(line, 3, 1)).toEqual(choice);
  });

  it.each([
    ["up", 0, { kind: "move", index: 9 }],
    ["up", 3, { kind: "move", index: 2 }],
    ["down", 9, { kind: "move", index: 0 }],
    ["j", 0, { kind: "move", index: 1 }],
    ["return", 4, { kind: "take", index: 4 }],
    ["2", 4, { kind: "take", index: 1 }],
    ["0", 4, { kind: "take", index: 9 }],
    ["escape", 0, { kind: "end" }],
    ["x", 0, { kind: "wrong" }],
  ])("key %s at %i", (key, at, choice) => {
    expect(choiceOfKey(key, 10, at)).toEqual(choice);
  });
});

describe("shownRange", () => {
  it.each([
    [10, 0, 22, [0, 10]],
    [50, 0, 8, [0, 8]],
    [50, 20, 8, [16, 24]],
    [50, 49, 8, [42, 50]],
    [3, 2, 0, [2, 3]],
    [0, 0, 8, [0, 0]],
  ])("of %i, number %i marked, with room for %i lines", (count, at, room, [from, to]) => {
    expect(shownRange(count, at, room)).toEqual({ from, to });
  });
});

describe("candidateLines", () => {
  const candidates = [
    { id: 5, text: " the", probability: 0.5 },
    { id: 7, text: "\n", probability: 0.25 },
  ];

  it("marks the generated token", () => {
    expect(candidateLines({ id: 7, text: "\n", logProbability: Math.log(0.25), candidates }, "\n")).toEqual([
      "",
      '   1  " the"   50.0 %  ███████████████',
      '→  2  "\\n"     25.0 %  ███████▌',
    ]);
  });

  it("adds the generated token if it is not a candidate", () => {
    expect(candidateLines({ id: 9, text: "", logProbability: Math.log(0.1), candidates }, "a").at(-1)).toBe(
      '→  …  "a"      10.0 %  ███',
    );
  });
});
