/** Loads the music model of a worker. */
import { ARRIVAL_VOCABULARIES } from "../../../../encoding/index.ts";
import { type CheckpointFiles, codecOf } from "../../../../models/index.ts";
import type { Decoder } from "../../../engine/index.ts";
import { ArrivalModel, PerformanceModel } from "../../../music/index.ts";
import type { DownloadOptions, DownloadProgress } from "../../checkpoint-url.ts";
import {
  filesAgain,
  loadFromFiles,
  type LoadModelOptions,
  type ModelSource,
  sourceFiles,
} from "../load-decoder.ts";
import type { LoadRequest } from "./protocol.ts";
import type { LoadedModel, ModelLoader } from "./serve.ts";
import { threadCount } from "./thread.ts";

/** Replaces the files of a source by others. */
export type ReplaceFiles = (
  files: CheckpointFiles,
  source: ModelSource,
  options: DownloadOptions,
) => CheckpointFiles;

/** Loads the model and collects its facts for the page. */
export const loadServed: ModelLoader = servedLoader((files) => files);

/** `loadServed` with other files. */
export function servedLoader(replace: ReplaceFiles): ModelLoader {
  const open = (source: ModelSource, options: LoadModelOptions): CheckpointFiles =>
    replace(sourceFiles(source, options), source, options);
  return (request, onProgress) => loadFrom(open, request, onProgress);
}

async function loadFrom(
  open: typeof sourceFiles,
  { source, wasm, backend, webgpuPaths, precision, codec }: LoadRequest,
  onProgress: (progress: DownloadProgress) => void,
): Promise<LoadedModel> {
  const threads = threadCount(wasm.threads);
  const warnings: string[] = [];
  const options: LoadModelOptions = {
    backend,
    webgpuPaths,
    precision,
    wasm: { ...wasm, threads },
    onProgress,
    onWarning: (message) => warnings.push(message),
  };
  const decoder = await loadFromFiles(open(source, options), options, filesAgain(source, options, open));
  const model = servedModel(decoder, codec);
  const { window, layers, heads, tasks = [] } = decoder.config;
  return {
    model,
    facts: {
      vocabulary: model.vocabulary.name,
      window,
      layers,
      heads,
      tasks: model instanceof ArrivalModel ? ["accompany", "infill"] : tasks,
      backend: decoder.backend,
      threads,
      warnings,
    },
  };
}

/** @throws OptionError when the ids of the model are not those of music. */
function servedModel(decoder: Decoder, codec: string | undefined): PerformanceModel | ArrivalModel {
  const found = codecOf({ config: decoder.config, codec, hasTokenizer: false });
  const arrival = found?.kind === "arrival" ? ARRIVAL_VOCABULARIES.get(found.vocabulary) : undefined;
  return arrival ? new ArrivalModel(decoder, arrival) : new PerformanceModel(decoder, { codec });
}
