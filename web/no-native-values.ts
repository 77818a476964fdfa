/** In place of `src/engine/native-values.ts`: no graph of WebAssembly or WebGPU has exact attention, or the heads first. */
import { exactFrame as none } from "./no-exact-attention.ts";

export { none as exactInputs, none as lastRowWeights, none as maskWithGap, none as withoutGap };
