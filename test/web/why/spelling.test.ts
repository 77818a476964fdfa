import { expect, it } from "vitest";
import { respelled, spellingOf, WITH_SHARPS } from "../../../web/why/spelling.ts";

it("spells the pitch at the beginning of a model's words, and nothing else", () => {
  const flats = spellingOf([39, 41, 43, 44, 46, 48, 50, 51, 46, 43, 39].map((pitch) => ({ pitch })));
  expect(respelled("D#2 on Acoustic Bass", flats)).toBe("E♭2 on Acoustic Bass");
  expect(respelled("A#-1 on Flute", flats)).toBe("B♭-1 on Flute");
  expect(respelled("D#2 on Acoustic Bass", WITH_SHARPS)).toBe("D♯2 on Acoustic Bass");
  expect(respelled("C4 on Flute", flats)).toBe("C4 on Flute");
  expect(["rest", "for 0.40 s", "0.31 s later", ""].map((words) => respelled(words, flats))).toEqual([
    "rest",
    "for 0.40 s",
    "0.31 s later",
    "",
  ]);
});
