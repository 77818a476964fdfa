import type { Command } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import { decodePerformance, scoreFromNotes, VOCABULARIES, writeMidi } from "../../encoding/index.ts";
import { Console } from "./console.ts";
import { CommandError } from "./errors.ts";
import { checkOutputs, checkWritable, parseJson, readText, writeOutput } from "./files.ts";

interface DecodeCommandOptions {
  readonly out: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addDecodeCommand(program: Command): void {
  program
    .command("decode")
    .summary("turn event ids into a MIDI file")
    .description('Decodes the JSON output of "ostinato encode" into a MIDI file with one piano track.')
    .argument("<file>", 'JSON file with "vocabulary" and "ids"; "-" reads stdin')
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option("--quiet", "print no messages")
    .option("--json", "print the summary as JSON on stdout")
    .addHelpText("after", "\nExample:\n  ostinato decode ids.json --out out.mid")
    .action(runDecode);
}

async function runDecode(path: string, options: DecodeCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  checkOutputs(options);
  await checkWritable(options.out);
  const json = parseIds(parseJson(await readText(path), path), path);
  const { name } = json;
  const ids = json.ids.map((id) => (typeof id === "number" ? id : Number.NaN));
  const vocabulary = VOCABULARIES.get(name);
  if (!vocabulary) {
    throw new CommandError(
      `${path}: unknown vocabulary "${name}"`,
      `known vocabularies: ${[...VOCABULARIES.keys()].join(", ")}`,
    );
  }
  const wrong = ids.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary.size));
  if (wrong >= 0) {
    throw new CommandError(
      `${path}: ${JSON.stringify(json.ids[wrong])} at position ${wrong} is not an id of "${name}" (0 to ${vocabulary.size - 1})`,
      "set the vocabulary that encoded the ids",
    );
  }
  const notes = decodePerformance(ids, vocabulary);
  await writeOutput(options.out, writeMidi(scoreFromNotes(notes)));
  if (options.out !== "-")
    console.say(`${options.out}: ${pluralize(notes.length, "note")} of ${pluralize(ids.length, "id")}`);
  if (options.json)
    console.result({ out: options.out, vocabulary: name, notes: notes.length, ids: ids.length });
}

function parseIds(json: unknown, path: string): { name: string; ids: readonly unknown[] } {
  const entries = new Map(typeof json === "object" && json !== null ? Object.entries(json) : []);
  const name: unknown = entries.get("vocabulary");
  const ids: unknown = entries.get("ids");
  if (typeof name !== "string" || !Array.isArray(ids)) {
    throw new CommandError(
      `${path} has no "vocabulary" and "ids"`,
      'use an output file of "ostinato encode"',
    );
  }
  return { name, ids };
}
