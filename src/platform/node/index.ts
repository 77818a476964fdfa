/** The interface of this folder for other folders; `public.ts` contains the published part. */
export { checkpointFolder } from "./checkpoint-folder.ts";
export { loadDecoder, type LoadModelOptions } from "./load-decoder.ts";
export { loadBandModel, loadMusicModel, type LoadMusicModelOptions, loadTextModel } from "./load-model.ts";
export { modelFiles, type ModelFilesOptions } from "./model-files.ts";
export { createNodeRuntime, type NodeBackend, type NodeRuntimeOptions } from "./runtime.ts";
export { writeFileAtomic } from "./write-file.ts";
export { cacheFolder } from "./cache-folder.ts";
export { readChecksums, sha256Of } from "./checksums.ts";
export { RevisionError } from "../hub-name.ts";
export { hubId, hubModelOf, isNamedTextModel } from "./hub/hub.ts";
export { hubCacheFolder, modelUse, type ListedModel, listModels } from "./list-models.ts";
export { makeFolder } from "./make-folder.ts";
export { packageFacts, packageRoot } from "./package-root.ts";
export { shippedFolder, shippedNames } from "./shipped-models.ts";
