/** Exports of this folder for other folders. */
export {
  cutSegments,
  interleaveSegments,
  type MergedVoices,
  mergeVoices,
  SEGMENT_STEPS,
} from "./accompany.ts";
export { CONDITION_PERIOD, conditionIds, type Conditions, withConditions, withEnding } from "./conditions.ts";
export {
  INFILL_FRAME,
  INFILL_IDS,
  infillParts,
  type InfillParts,
  infillPrompt,
  LONGEST_REGION_SECONDS,
  MIDDLE_IDS,
  SHORTEST_REGION_SECONDS,
  SUFFIX_IDS,
} from "./infill.ts";
export { melodyTrack, melodyTrackNotes, topVoice, voices } from "./melody.ts";
export { skyline } from "./skyline.ts";
export {
  DENSITIES,
  DENSITY_NAMES,
  densityClass,
  type DensityName,
  ENDING_SECONDS,
  shiftIds,
  STYLE_NAMES,
  type StyleName,
  STYLES,
  type Task,
  CONTROL_TOKENS,
  taskId,
  type ControlToken,
  TASKS,
} from "./tasks.ts";
