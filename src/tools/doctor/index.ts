/** Exports of this folder for other folders. */
export type { Check, CheckState } from "./check.ts";
export { examine } from "./doctor.ts";
