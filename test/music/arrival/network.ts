/** The small network of the authors' recorded runs (random weights). */
import { fileURLToPath } from "node:url";
import { readCheckpoint } from "../../../models/index.ts";
import { Decoder } from "../../../src/engine/index.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";

const NETWORK = fileURLToPath(new URL("../../models/golden/scaled-float16/", import.meta.url));

export async function loadNetwork(): Promise<Decoder> {
  const checkpoint = await readCheckpoint(await checkpointFolder(NETWORK));
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  return Decoder.load({ ...checkpoint, runtime, reopen: () => checkpoint.tensors });
}
