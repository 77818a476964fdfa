import { cpSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCheckpoint } from "../../../models/index.ts";
import { SCHEMES } from "../../../models/graph/quantization-scheme.ts";
import { Decoder } from "../../../src/engine/index.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { weightsInFiles } from "../../../src/platform/node/mapped-weights.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../../tiny-checkpoint.ts";

const LEARNED = { model_type: "gpt2", vocab_size: 61, n_positions: 48, n_embd: 32, n_layer: 2, n_head: 2 };

const folder = mkdtempSync(join(tmpdir(), "ostinato-mapped-"));
writeTinyCheckpoint(join(folder, "learned"), LEARNED);
writeTinyCheckpoint(join(folder, "relative"), TINY_CONFIG);
// As in a Hugging Face cache: the folder contains links to files elsewhere.
mkdirSync(join(folder, "linked"));
mkdirSync(join(folder, "blobs"));
writeFileSync(join(folder, "linked", "config.json"), JSON.stringify(LEARNED));
writeTinyCheckpoint(join(folder, "blobs"), LEARNED);
renameSync(join(folder, "blobs", "model.safetensors"), join(folder, "blobs", "0a1b2c"));
symlinkSync("../blobs/0a1b2c", join(folder, "linked", "model.safetensors"));
// The format of PyTorch.
for (const name of ["config.json", "pytorch_model.bin"]) {
  const golden = join(import.meta.dirname, "../../models/golden/pytorch-buffers");
  cpSync(join(golden, name), join(folder, "pytorch", name));
}

it.each(["learned", "relative", "linked", "pytorch"])(
  "maps float32 weights in place, with the same logits: %s",
  async (name) => {
    const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
    const checkpoint = await openCheckpoint(await checkpointFolder(join(folder, name)));
    const { config } = checkpoint;
    const ids = [3, 1, 4, 1, 5];
    const inMemory = await Decoder.load({ config, tensors: checkpoint.tensors(), runtime });
    const expected = await inMemory.forward(ids, inMemory.createCache(), { logits: "all" });
    await inMemory.dispose();

    const weights = await weightsInFiles(checkpoint, SCHEMES.fp32.node);
    await checkpoint.close();
    if (!weights) throw new Error("it could be mapped");
    const decoder = await Decoder.fromWeights({ config, scheme: SCHEMES.fp32.node, runtime, weights });
    const logits = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
    for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(expected[i] ?? NaN, 4);
    await decoder.dispose();
  },
);
