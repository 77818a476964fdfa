/** Loads the music model of a worker. */
import { ARRIVAL_VOCABULARIES } from "../../../../encoding/index.ts";
import { codecOf } from "../../../../models/index.ts";
import type { Decoder } from "../../../engine/index.ts";
import { ArrivalModel, PerformanceModel } from "../../../music/index.ts";
import { loadDecoder } from "../load-decoder.ts";
import type { ModelLoader } from "./serve.ts";
import { threadCount } from "./thread.ts";

/** Loads the model and collects its facts for the page. */
export const loadServed: ModelLoader = async (
  { source, wasm, backend, webgpuPaths, precision, codec },
  onProgress,
) => {
  const threads = threadCount(wasm.threads);
  const warnings: string[] = [];
  const decoder = await loadDecoder(source, {
    backend,
    webgpuPaths,
    precision,
    wasm: { ...wasm, threads },
    onProgress,
    onWarning: (message) => warnings.push(message),
  });
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
};

/** @throws OptionError when the ids of the model are not those of music. */
function servedModel(decoder: Decoder, codec: string | undefined): PerformanceModel | ArrivalModel {
  const found = codecOf({ config: decoder.config, codec, hasTokenizer: false });
  const arrival = found?.kind === "arrival" ? ARRIVAL_VOCABULARIES.get(found.vocabulary) : undefined;
  return arrival ? new ArrivalModel(decoder, arrival) : new PerformanceModel(decoder, { codec });
}
