/** In place of `src/engine/speculate.ts`: browsers read no drafts, so that the page needs none of what makes them. */
export const speculate = (): undefined => undefined;

/** The method of drafting that the page does not use. */
export const SUFFIXES = { newDrafter: (): undefined => undefined, longRepeat: 0 };
