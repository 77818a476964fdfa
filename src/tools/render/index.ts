/** Exports of this folder for other folders. */
export { RenderError } from "./errors.ts";
export { CHANNELS, type Rendering, renderScore, SAMPLE_RATE } from "./render.ts";
export { loadSoundBank } from "./sound-bank.ts";
