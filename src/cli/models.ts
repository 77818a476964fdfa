import type { Command } from "commander";
import { type ListedModel, listModels, modelUse } from "../platform/node/index.ts";
import { bytesText } from "../tools/bytes-text.ts";
import { Console } from "./console.ts";
import { tableLines } from "./table.ts";

interface ModelsCommandOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addModelsCommand(program: Command): void {
  program
    .command("models")
    .summary("list the installed models")
    .description(
      "Lists the included models and the models downloaded from the Hugging Face hub, with their tasks, window (the number " +
        "of ids a model reads), size, license and folder. --model accepts these names.",
    )
    .option("--quiet", "print only the list")
    .option("--json", "print the list as JSON")
    .addHelpText("after", "\nExamples:\n  ostinato models\n  ostinato models --json | jq -r '.models[].name'")
    .action(runModels);
}

async function runModels(options: ModelsCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  const models = await listModels();
  if (options.json) {
    console.result({ models: models.map(facts) });
    return;
  }
  const heading = ["name", "writes", "tasks", "window", "size", "license", "folder"];
  for (const line of tableLines([heading, ...models.map(row)])) console.line(line);
  for (const { name, problem } of models) {
    if (problem) console.say(`${name}: ${problem.message} — ${problem.hint}`);
  }
  console.say("");
  console.say("Any GPT-2 model of the Hugging Face hub is downloaded on first use: --model gpt2");
}

/** A model for `--json`. */
function facts({ name, source, folder, bytes, license, config, problem }: ListedModel): object {
  return {
    name,
    source,
    folder,
    bytes,
    license: license ?? null,
    kind: config ? modelUse(name, config).kind : null,
    tasks: config ? modelUse(name, config).tasks : null,
    window: config?.window ?? null,
    problem: problem?.message ?? null,
  };
}

function row({ name, folder, bytes, license, config }: ListedModel): string[] {
  const use = config && modelUse(name, config);
  const known = use ? [use.kind, use.tasks.join(", "), `${config.window}`] : ["?", "?", "?"];
  return [name, ...known, bytesText(bytes), license ?? "see its model card", folder];
}
