/** The door of this room: all that other rooms import from it. */
export type { Check, CheckState } from "./check.ts";
export { examine } from "./doctor.ts";
