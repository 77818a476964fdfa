import { expect, test } from "vitest";
import {
  PERFORMANCE_388,
  PerformanceClock,
  PerformanceDecoder,
  VocabularyError,
} from "../../../encoding/index.ts";
import { randomIds } from "../../models/reference.ts";

test("has the same time and number of onsets as the decoder", () => {
  const clock = new PerformanceClock(PERFORMANCE_388);
  const decoder = new PerformanceDecoder(PERFORMANCE_388);
  let steps = 0;
  for (const id of randomIds(500, 388, 4)) {
    const event = clock.push(id);
    expect(event).toEqual(decoder.push(id));
    if (event.kind === "TIME_SHIFT") steps += event.value;
    expect([clock.step, clock.onsets]).toEqual([decoder.step, decoder.onsets]);
  }
  expect(clock.step).toBe(steps);
  expect(clock.onsets).toBeGreaterThan(100);
});

test("throws for an id outside the vocabulary", () => {
  expect(() => new PerformanceClock(PERFORMANCE_388).push(388)).toThrow(VocabularyError);
});
