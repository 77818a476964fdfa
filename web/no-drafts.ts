/** In place of `src/engine/speculate.ts`: browsers read no drafts, so that the page needs none of what makes them. */
export const speculate = (): undefined => undefined;
