import { describe, expect, it } from "vitest";
import { decodePerformance, PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Phrase } from "../../../web/input/phrase.ts";

function heard(phrase: Phrase): string[] {
  return decodePerformance(phrase.ids(PERFORMANCE_416), PERFORMANCE_416).map(
    ({ pitch, startSeconds, endSeconds }) => `${pitch}: ${startSeconds}–${endSeconds}`,
  );
}

describe("Phrase", () => {
  it("contains the played notes, from the first key on", () => {
    const phrase = new Phrase(100);
    phrase.press(60, 80, 100);
    phrase.press(64, 80, 100.25);
    phrase.lift(60, 100.5);
    phrase.lift(64, 101);
    expect(heard(phrase)).toEqual(["60: 0–0.5", "64: 0.25–1"]);
    expect(phrase.isSounding).toBe(false);
    expect(phrase.lastSeconds).toBe(101);
  });

  it("only grows during input, so that a prefilled prefix stays valid", () => {
    const phrase = new Phrase(0);
    let before: number[] = [];
    const steps: (() => void)[] = [
      () => phrase.press(60, 80, 0),
      () => phrase.press(67, 90, 0.4),
      () => phrase.lift(60, 0.9),
      () => phrase.press(72, 90, 1.7),
      () => phrase.lift(67, 2.1),
      () => phrase.lift(72, 3),
    ];
    for (const step of steps) {
      step();
      const now = phrase.ids(PERFORMANCE_416);
      expect(now.slice(0, before.length)).toEqual(before);
      before = now;
    }
  });

  it("sustains notes with the pedal until its release or the next note-on of the pitch", () => {
    const phrase = new Phrase(0);
    phrase.press(60, 80, 0);
    phrase.pedal(true, 0.1);
    phrase.lift(60, 0.2);
    expect(phrase.isSounding).toBe(true);
    phrase.press(60, 80, 1);
    phrase.lift(60, 1.5);
    phrase.pedal(false, 2);
    expect(heard(phrase)).toEqual(["60: 0–1", "60: 1–2"]);
    expect(phrase.isSounding).toBe(false);
  });

  it("extends the shortest note to one step, and ignores a note-off without a note-on", () => {
    const phrase = new Phrase(0);
    phrase.lift(40, 0);
    phrase.press(60, 80, 0.5);
    phrase.lift(60, 0.5);
    expect(heard(phrase)).toEqual(["60: 0.5–0.51"]);
  });
});
