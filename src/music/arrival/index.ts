/** Exports of this folder for other folders. */
export { type GeneratedArrival, generateArrival, type GenerateArrivalOptions } from "./generate-arrival.ts";
