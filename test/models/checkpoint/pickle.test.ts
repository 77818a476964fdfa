import { describe, expect, test } from "vitest";
import {
  kindOf,
  PickledDict,
  PickledList,
  PickledName,
  PickledTuple,
  type PickleValue,
  readPickle,
} from "../../../models/checkpoint/pickle.ts";
import { CheckpointError } from "../../../models/index.ts";
import { bytes, joined, text } from "./pytorch-file.ts";

const CALLS = {
  allows: (name: string) => name === "math.sum",
  call: (_: string, values: readonly PickleValue[]): PickleValue =>
    values.map(Number).reduce((a, b) => a + b, 0),
  load: (id: PickleValue): PickleValue => `loaded ${String(id)}`,
};

/** Output of Python's `pickle.dumps`. */
function read(...parts: readonly (string | readonly number[])[]): unknown {
  const all = parts.map((part) => (typeof part === "string" ? text(part) : bytes(...part)));
  return plain(readPickle(joined(...all), CALLS, 1000));
}

function plain(value: PickleValue): unknown {
  if (value instanceof PickledTuple || value instanceof PickledList) return value.items.map(plain);
  if (value instanceof PickledDict) return value.entries.map(([key, each]) => [plain(key), plain(each)]);
  return value instanceof PickledName ? value.name : value;
}

test.each<[string, (string | readonly number[])[], unknown]>([
  ["None", ["N."], null],
  ["True and False", [[0x88, 0x89, 0x86], "."], [true, false]],
  ["a byte", ["K", [200], "."], 200],
  ["two bytes", ["M", [1, 2], "."], 513],
  ["four bytes, signed", ["J", [0xfe, 255, 255, 255], "."], -2],
  ["a long", [[0x8a, 5, 0, 0, 0, 0, 1], "."], 2 ** 32],
  ["a negative long", [[0x8a, 2, 0, 0x80], "."], -32768],
  ["a long of no bytes", [[0x8a, 0], "."], 0],
  ["a float", ["G", [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], "."], 1.5],
  ["a text", ["X", [2, 0, 0, 0], "é."], "é"],
  ["tuples", [")K", [1], [0x85], "K", [2], [0x87], "."], [[], [1], 2]],
  ["lists", ["](K", [1], "K", [2], "eK", [3], "a."], [1, 2, 3]],
  [
    "dicts",
    ["}(K", [1], "K", [2], "uK", [3], "K", [4], "s."],
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "memo entries",
    ["K", [7], "q", [0], "r", [9, 0, 0, 0], "h", [0], "j", [9, 0, 0, 0], [0x87], "."],
    [7, 7, 7],
  ],
  ["a call", ["cmath\nsum\n(K", [1], "K", [2], "tR."], 3],
  ["a persistent id", ["K", [5], "Q."], "loaded 5"],
  [
    "protocol 4: a frame, short texts, names from the stack, and numbering by order",
    [
      [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0],
      [0x8c, 4],
      "math",
      [0x94, 0x8c, 3],
      "sum",
      [0x94, 0x93, 0x94],
      "h",
      [1],
      [0x86],
      ".",
    ],
    ["math.sum", "sum"],
  ],
])("reads %s", (_, parts, expected) => {
  expect(read(...parts)).toEqual(expected);
});

describe("throws a CheckpointError for", () => {
  test.each<[string, (string | readonly number[])[], string]>([
    ["another name", ["cstatistics\nmean\n."], '"statistics.mean"'],
    [
      "another name from the stack",
      [[0x8c, 10], "statistics", [0x8c, 4], "mean", [0x93], "."],
      '"statistics.mean"',
    ],
    ["a name of numbers", ["K", [1], "K", [2], [0x93], "."], "names a function by a value that is not text"],
    ["a call of a number", ["K", [1], ")R."], "calls a value that is not a function"],
    ["an append to a number", ["K", [1], "K", [2], "a."], "appends to 1"],
    ["items set on a list", ["]K", [1], "K", [2], "s."], "sets 2 keys and values of a list"],
    ["a key without a value", ["}(K", [1], "u."], "sets 1 keys and values of a dict"],
    ["the state of a tuple", [")}b."], "sets the state of a tuple"],
    ["values popped from before a mark", ["K", [1], "(", [0x85], "."], "pops a value from an empty stack"],
    ["a text that is cut off", ["X", [255, 0, 0, 0], "abc"], "is cut off"],
    ["a line that is cut off", ["cmath\nsum"], "is cut off"],
  ])("%s", (_, parts, message) => {
    expect(() => read(...parts)).toThrow(CheckpointError);
    expect(() => read(...parts)).toThrow(message);
  });

  test("kindOf names the kind of a value", () => {
    const values = [
      null,
      "a",
      true,
      3,
      new PickledTuple([]),
      new PickledList(),
      new PickledDict(),
      new PickledName("a.b"),
    ];
    expect(values.map(kindOf)).toEqual([
      "None",
      'the text "a"',
      "true",
      "3",
      "a tuple",
      "a list",
      "a dict",
      '"a.b"',
    ]);
  });
});
