/** The published entry `ostinato/node`: files, native inference, included models. */
export { checkpointFolder } from "./checkpoint-folder.ts";
export { loadDecoder, type LoadModelOptions } from "./load-decoder.ts";
export { loadBandModel, loadMusicModel, type LoadMusicModelOptions, loadTextModel } from "./load-model.ts";
export { type ModelFilesOptions, modelFiles } from "./model-files.ts";
export { createNodeRuntime, type NodeRuntimeOptions } from "./runtime.ts";
export { writeFileAtomic } from "./write-file.ts";
