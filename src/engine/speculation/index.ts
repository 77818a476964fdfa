export { DraftLength } from "./draft-length.ts";
export type { Draft, Drafter, SamplesAhead } from "./drafter.ts";
export { SuffixDrafter } from "./suffix-drafter.ts";
