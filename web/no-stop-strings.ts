/** In place of `src/text/stop-strings.ts`: texts on the page have no stop strings. */
export const stopStrings = (stop?: unknown): readonly string[] => {
  if (stop === undefined) return [];
  throw new TypeError("the page has no stop strings");
};

/** Called with stop strings only. */
export const untilStop = stopStrings;
