import type { Command } from "commander";
import { decodePerformance, scoreFromNotes, VOCABULARIES, writeMidi } from "../../encoding/index.ts";
import { Console } from "./console.ts";
import { CommandError } from "./errors.ts";
import { checkWritable, parseJson, readText, writeOutput } from "./files.ts";

interface DecodeCommandOptions {
  readonly out: string;
  readonly quiet?: boolean;
}

export function addDecodeCommand(program: Command): void {
  program
    .command("decode")
    .summary("turn event ids into a MIDI file")
    .description('Decodes the JSON that "ostinato encode" writes into a MIDI file of one piano track.')
    .argument("<file>", 'JSON file with "vocabulary" and "ids"; "-" reads stdin')
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option("--quiet", "say nothing")
    .addHelpText("after", "\nExample:\n  ostinato decode ids.json --out out.mid")
    .action(runDecode);
}

async function runDecode(path: string, options: DecodeCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  await checkWritable(options.out);
  const { name, ids } = parseIds(parseJson(await readText(path), path), path);
  const vocabulary = VOCABULARIES.get(name);
  if (!vocabulary) {
    throw new CommandError(
      `${path}: unknown vocabulary "${name}"`,
      `known are ${[...VOCABULARIES.keys()].join(", ")}`,
    );
  }
  const notes = decodePerformance(ids, vocabulary);
  await writeOutput(options.out, writeMidi(scoreFromNotes(notes)));
  if (options.out !== "-") console.say(`${options.out}: ${notes.length} notes of ${ids.length} ids`);
}

function parseIds(json: unknown, path: string): { name: string; ids: number[] } {
  const entries = new Map(typeof json === "object" && json !== null ? Object.entries(json) : []);
  const name: unknown = entries.get("vocabulary");
  const ids: unknown = entries.get("ids");
  if (typeof name !== "string" || !Array.isArray(ids)) {
    throw new CommandError(
      `${path} has no "vocabulary" and "ids"`,
      'give a file that "ostinato encode" wrote',
    );
  }
  return { name, ids: ids.map((id: unknown) => (typeof id === "number" ? id : Number.NaN)) };
}
