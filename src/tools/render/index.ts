/** The door of this room: all that other rooms import from it. */
export { RenderError } from "./errors.ts";
export { CHANNELS, type Rendering, renderScore, SAMPLE_RATE } from "./render.ts";
export { loadSoundBank } from "./sound-bank.ts";
