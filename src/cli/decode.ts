import type { Command } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import { type IdWindow, MUSIC_CODECS, type MusicCodec, musicCodec, writeMidi } from "../../encoding/index.ts";
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
    .description(
      'Decodes the JSON output of "ostinato encode" into a MIDI file: performance ids into one piano track, arrival-time ' +
        "ids into a track for each instrument.",
    )
    .argument("<file>", 'JSON file with "vocabulary", and "ids" or "windows"; "-" reads stdin')
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
  const { codec, windows } = parseIds(parseJson(await readText(path), path), path);
  const score = codec.decode(windows);
  const notes = score.notes.length;
  const ids = windows.reduce((sum, window) => sum + window.ids.length, 0);
  await writeOutput(options.out, writeMidi(score));
  if (options.out !== "-")
    console.say(`${options.out}: ${pluralize(notes, "note")} of ${pluralize(ids, "id")}`);
  if (options.json) console.result({ out: options.out, vocabulary: codec.name, notes, ids });
}

/** @throws CommandError for JSON that is not ids of a known vocabulary. */
function parseIds(json: unknown, path: string): { codec: MusicCodec; windows: IdWindow[] } {
  const file = entriesOf(json);
  const name: unknown = file.get("vocabulary");
  const windows: unknown = file.get("windows") ?? [{ startStep: 0, ids: file.get("ids") }];
  const lists: readonly unknown[] = Array.isArray(windows) ? windows : [undefined];
  const parts = lists.map((each) => [entriesOf(each).get("startStep"), entriesOf(each).get("ids")] as const);
  if (typeof name !== "string" || !parts.every(([, ids]) => Array.isArray(ids))) {
    throw new CommandError(
      `${path} has no "vocabulary" and ${file.has("windows") ? '"windows" with "ids"' : '"ids"'}`,
      'use an output file of "ostinato encode"',
    );
  }
  const codec = musicCodec(name);
  if (!codec) {
    throw new CommandError(
      `${path}: unknown vocabulary "${name}"`,
      `known vocabularies: ${[...MUSIC_CODECS.keys()].join(", ")}`,
    );
  }
  return {
    codec,
    windows: parts.map(([startStep, ids], index) => {
      const place = file.has("windows") ? ` of window ${index}` : "";
      if (typeof startStep !== "number" || !Number.isInteger(startStep) || startStep < 0) {
        throw new CommandError(
          `${path}: "startStep"${place} is ${JSON.stringify(startStep) ?? "missing"}, not a whole number of at least 0`,
          'use an output file of "ostinato encode"',
        );
      }
      return { startStep, ids: checkedIds(Array.isArray(ids) ? ids : [], codec, `${path}:`, place) };
    }),
  };
}

function checkedIds(
  ids: readonly unknown[],
  { name, size }: MusicCodec,
  path: string,
  place: string,
): Uint16Array<ArrayBuffer> {
  const numbers = ids.map((id) => (typeof id === "number" ? id : Number.NaN));
  const wrong = numbers.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < size));
  if (wrong >= 0) {
    throw new CommandError(
      `${path} ${JSON.stringify(ids[wrong])} at position ${wrong}${place} is not an id of "${name}" (0 to ${size - 1})`,
      "set the vocabulary that encoded the ids",
    );
  }
  return Uint16Array.from(numbers);
}

function entriesOf(json: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof json === "object" && json !== null ? Object.entries(json) : []);
}
