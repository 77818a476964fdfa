import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import {
  type CheckpointFiles,
  int8Tensors,
  openCheckpoint,
  readIfThere,
  type TensorBytes,
  TEXT_FILES,
  writeSafetensors,
} from "../../models/index.ts";
import { bytesText } from "../tools/bytes-text.ts";
import { makeFolder, modelFiles } from "../platform/node/index.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { parseJson, reasonOf, writeOutput } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";
import { type FilesCommandOptions, filesOptions, offlineOption, revisionOption } from "./model-options.ts";

interface QuantizeCommandOptions extends FilesCommandOptions {
  readonly out: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Weights per scale. 64 divides the head sizes of most models and has the smallest measured loss. */
const BLOCK = 64;

export function addQuantizeCommand(program: Command): void {
  program
    .command("quantize")
    .summary("store a model in half the space of fp16")
    .description(
      "Writes a checkpoint with int8 matrices, about half the size of fp16. Ostinato loads it like any other. " +
        "models/README.md describes the layout and the loss of accuracy.",
    )
    .argument(
      "<model>",
      "included model, or another one by its folder, its web address, or its name on the Hugging Face hub (owner/name)",
    )
    .requiredOption("-o, --out <folder>", "folder to write; created if missing")
    .addOption(revisionOption())
    .addOption(offlineOption())
    .option("--quiet", "print no messages")
    .option("--json", "print the summary as JSON on stdout")
    .addHelpText("after", "\nExamples:\n  ostinato quantize my-checkpoint --out my-checkpoint-int8")
    .action(runQuantize);
}

async function runQuantize(model: string, options: QuantizeCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  if (resolve(model) === resolve(options.out)) {
    throw new UsageError("--out is the folder of the model", "choose another folder");
  }
  const files = await modelFiles(model, filesOptions(options, console));
  const checkpoint = await openCheckpoint(files);
  const tensors: TensorBytes[] = [];
  try {
    for await (const [name, tensor] of checkpoint.tensors()) {
      interruptSignal().throwIfAborted();
      tensors.push(...int8Tensors(name, tensor, { block: BLOCK }));
      console.progress(() => `${tensors.length} tensors, the last ${name}`);
    }
  } finally {
    await checkpoint.close();
  }
  const bytes = await writeCheckpoint(options.out, writeSafetensors(tensors), files);
  console.say(`${options.out}: ${bytesText(bytes)}, matrices in int8`);
  if (options.json) console.result({ out: options.out, model, bytes, block: BLOCK });
}

/** Writes the whole folder, config.json last, or nothing. @returns bytes of the weights. */
async function writeCheckpoint(folder: string, weights: Uint8Array, files: CheckpointFiles): Promise<number> {
  const unmake = await makeFolder(folder).catch((error: unknown) => {
    throw new CommandError(`cannot create ${folder}: ${reasonOf(error)}`, "choose another folder");
  });
  const written: string[] = [];
  const write = async (name: string, data: Uint8Array): Promise<void> => {
    await writeOutput(join(folder, name), data);
    written.push(join(folder, name));
  };
  try {
    await write("model.safetensors", weights);
    for (const name of TEXT_FILES) {
      const bytes = await readIfThere(files, name);
      if (bytes) await write(name, bytes);
    }
    const config = parseJson(
      new TextDecoder().decode(await readIfThere(files, "config.json")),
      "config.json",
    );
    const quantized = { ...Object(config), quantization: { kind: "int8", block: BLOCK } };
    await write("config.json", new TextEncoder().encode(`${JSON.stringify(quantized, null, 2)}\n`));
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    await unmake();
    throw error;
  }
  return weights.length;
}
