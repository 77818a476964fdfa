/** Exports of this folder for other folders. */
export { compareMusic, findSharedRuns, type Piece } from "./compare.ts";
export { BAND_DISTRIBUTIONS } from "./distributions.ts";
export { generateBandSet } from "./generate-band.ts";
export { type GeneratedSet, generateSet, type GenerateSetOptions } from "./generate.ts";
export { illegalIdsOf, totalLegality } from "./legality.ts";
export { TrainingNotes } from "./memorization.ts";
export { type ComparisonReport, renderReport } from "./report.ts";
export { MATCH_CRITERION } from "./match-criterion.ts";
export { summaryLines } from "./summary.ts";
export { cutWindows, type GridNote, gridNotes } from "./windows.ts";
