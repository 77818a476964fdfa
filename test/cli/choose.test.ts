import { describe, expect, it } from "vitest";
import { candidateLines } from "../../src/cli/candidates.ts";
import { choiceOfKey, choiceOfLine } from "../../src/cli/choose.ts";

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

describe("candidateLines", () => {
  const candidates = [
    { id: 5, text: " the", probability: 0.5 },
    { id: 7, text: "\n", probability: 0.25 },
  ];

  it("marks what came", () => {
    expect(candidateLines({ id: 7, text: "\n", logProbability: Math.log(0.25), candidates })).toEqual([
      "",
      '   1  " the"   50.0 %  ███████████████',
      '→  2  "\\n"     25.0 %  ███████▌',
    ]);
  });

  it("adds what came if it is none of them", () => {
    expect(candidateLines({ id: 9, text: "a", logProbability: Math.log(0.1), candidates }).at(-1)).toBe(
      '→  …  "a"      10.0 %  ███',
    );
  });
});
