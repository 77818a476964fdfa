import type { Command } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import type { TextTokenizer } from "../../encoding/text/index.ts";
import type { DraftModel } from "../engine/index.ts";
import { SAMPLING_OPTIONS, samplingOf, type SamplingOptions } from "../options.ts";
import { loadTextModel } from "../platform/node/index.ts";
import type { GeneratedText, TextEnd, TextModel, TextPrompt, TextStep } from "../text/index.ts";
import { candidateLines } from "./candidates.ts";
import { Chooser } from "./choose.ts";
import { Console } from "./console.ts";
import { commandIo } from "./io.ts";
import { UsageError } from "./errors.ts";
import { readText } from "./files.ts";
import { InterruptError, interruptSignal } from "./interrupt.ts";
import { withDraftModel } from "./draft-model.ts";
import {
  draftModelOption,
  type ModelCommandOptions,
  modelOption,
  offlineOption,
  revisionOption,
} from "./model-options.ts";
import { TOY, withTextModel } from "./text-model.ts";
import { runTextLayers } from "./text-layers.ts";
import { runTextScore } from "./text-score.ts";
import { idList, positiveInteger, precisionOption, stopString } from "./values.ts";
import { addSamplingOptions } from "./writing-options.ts";

interface TextCommandOptions extends SamplingOptions, ModelCommandOptions {
  readonly model: string;
  readonly tokens: number;
  readonly samples: number;
  readonly candidates?: number;
  readonly choose?: boolean;
  readonly file?: string;
  readonly ids?: readonly number[];
  readonly specialTokens?: boolean;
  readonly stop?: readonly string[];
  readonly to?: string;
  readonly contextShift?: boolean;
  readonly layers?: boolean;
  readonly position?: number;
  readonly score?: string;
  readonly stride?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Default of --tokens. */
const DEFAULT_TOKENS = 100;

/** Number of candidates of `--choose`. */
const CHOICES = 10;

export function addTextCommand(program: Command): void {
  const command = program
    .command("text")
    .summary("continue a text with GPT-2")
    .description(
      "Continues a prompt with a GPT-2 model and prints the new text on stdout, token by token. Without a prompt the model " +
        "begins a new text. It stops after --tokens, at a token that ends a text, or when the context window is full.",
    )
    .argument("[prompt]", 'text to continue; "-" reads stdin')
    .option("--file <file>", "read the prompt from a file")
    .option("--ids <list>", "prompt as ids of the model, separated by commas", idList)
    .option(
      "--special-tokens",
      'read special tokens in the text, such as "<|endoftext|>", as their ids (default: as characters)',
    )
    .option(
      "--to <separator>",
      'answer the prompt as a model of pairs: "<to-fr>" translates where the model learned it; temperature 0 unless given',
    )
    .addOption(modelOption(TOY))
    .option("--tokens <n>", "largest number of new tokens", positiveInteger, DEFAULT_TOKENS)
    .option(
      "--stop <string>",
      "end before this string, which is not printed; may be given several times",
      stopString,
    );
  addSamplingOptions(command, "text");
  command
    .option("--samples <n>", "number of continuations, with consecutive seeds", positiveInteger, 1)
    .option("--candidates <n>", "show this many candidates for each token", positiveInteger)
    .option("--choose", `choose each token by hand, from ${CHOICES} candidates or the number of --candidates`)
    .option("--context-shift", "continue beyond the context: when it is full, its older half is evicted")
    .option(
      "--layers",
      "print the prediction after each layer, instead of generating: its three likeliest next tokens, and how far attention and the feed-forward network moved it",
    )
    .option(
      "--position <n>",
      "with --layers: explain this token of the prompt, from 1, as the first is 0 (default: the token that would follow)",
      positiveInteger,
    )
    .option("--score <file>", "measure how well the model predicts this text, instead of generating")
    .option(
      "--stride <n>",
      "with --score: tokens between the starts of two windows (default: half a window)",
      positiveInteger,
    )
    .addOption(draftModelOption())
    .addOption(precisionOption())
    .option("--threads <n>", "number of processor threads (default: automatic)", positiveInteger)
    .addOption(revisionOption())
    .addOption(offlineOption())
    .option("--quiet", "print only the result")
    .option("--json", "print the complete result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        '  ostinato text "ROMEO:" --seed 7\n' +
        "  ostinato text --model gpt2 --tokens 200 --top-k 40\n" +
        '  ostinato text "The answer is" --tokens 5 --top-k 40 --candidates 10\n' +
        '  ostinato text "My lord," --choose\n' +
        '  ostinato text "My lord, I" --layers\n' +
        '  ostinato text "<|endoftext|>ROMEO:" --special-tokens\n' +
        '  ostinato text "ROMEO:" --stop "JULIET" --stop "NURSE"\n' +
        "  cat prompt.txt | ostinato text - --samples 3\n" +
        "  ostinato text --score chapter.txt --json",
    )
    .action(runText);
}

async function runText(
  prompt: string | undefined,
  given: TextCommandOptions,
  command: Command,
): Promise<void> {
  checkUsage(prompt, given, command);
  // Of a model of pairs, the library's own default holds.
  const isDefault = command.getOptionValueSource("temperature") === "default";
  const options = given.to !== undefined && isDefault ? { ...given, temperature: undefined } : given;
  const console = new Console({ quiet: options.quiet ?? false });
  if (options.score !== undefined) return runTextScore(options.score, options, console);
  const path = options.file ?? (prompt === "-" ? prompt : undefined);
  const text = path === undefined ? prompt : await readPrompt(path);
  const start = options.ids === undefined ? text : { ids: options.ids };
  await withTextModel(options, console, async (model) => {
    if (options.layers) return runTextLayers(model, start, options, console);
    return withDraftModel(model, loadTextModel, options, console, (draftModel) =>
      generateText(model, start, { ...options, draftModel }, console),
    );
  });
}

/** Reads a prompt without a final line end, which editors and echo add. */
async function readPrompt(path: string): Promise<string> {
  return (await readText(path)).replace(/\r?\n$/, "");
}

/** Options of generation, which exclude --score, and --layers. */
const WRITING_ONLY = new Set([
  "tokens",
  "stop",
  "samples",
  "candidates",
  "choose",
  "contextShift",
  "draftModel",
  ...SAMPLING_OPTIONS.map(({ key }): string => key),
]);

function checkUsage(prompt: string | undefined, options: TextCommandOptions, command: Command): void {
  const exclusive = (one: string, other: string): never => {
    throw new UsageError(`${one} and ${other} exclude each other`, "omit one of them");
  };
  if (prompt !== undefined && options.file !== undefined) exclusive("a prompt", "--file");
  if (options.ids !== undefined) {
    if (prompt !== undefined) exclusive("a prompt", "--ids");
    if (options.file !== undefined) exclusive("--file", "--ids");
  }
  if (options.choose && options.json) exclusive("--choose", "--json");
  if (options.choose && options.samples > 1) exclusive("--choose", "--samples");
  if (options.choose && (prompt === "-" || options.file === "-")) {
    throw new UsageError("--choose and the prompt both read stdin", "pass the prompt as an argument");
  }
  if (options.stride !== undefined && options.score === undefined)
    throw new UsageError("--stride needs --score", "add --score, or omit --stride");
  if (options.position !== undefined && !options.layers)
    throw new UsageError("--position needs --layers", "add --layers, or omit --position");
  const reading = options.score === undefined ? options.layers && "--layers" : "--score";
  if (!reading) return;
  if (options.score !== undefined) {
    if (prompt !== undefined || options.file !== undefined) exclusive("--score", "a prompt");
    for (const key of ["ids", "layers", "to"] as const)
      if (options[key] !== undefined) exclusive("--score", `--${key}`);
  }
  for (const option of command.options) {
    const key = option.attributeName();
    const isGiven = command.getOptionValueSource(key) === "cli";
    if (isGiven && WRITING_ONLY.has(key)) exclusive(reading, option.flags.replace(/ .*/, ""));
  }
}

async function generateText(
  model: TextModel,
  prompt: TextPrompt,
  options: Omit<TextCommandOptions, "draftModel"> & { readonly draftModel: DraftModel | undefined },
  console: Console,
): Promise<void> {
  const started = performance.now();
  const candidates = options.candidates ?? (options.choose ? CHOICES : undefined);
  // On a terminal the prompt is shown before its continuation; otherwise stdout contains the new text only.
  const { stdout, stderr } = commandIo();
  const isTerminal = stdout.isTTY === true && stderr.isTTY === true && !options.quiet;
  const chooser = options.choose ? new Chooser(console) : undefined;
  const tokenText = (id: number): string => model.textOf(id);
  const samples: Sample[] = [];
  let seed = options.seed;
  try {
    for (let number = 1; number <= options.samples; number += 1) {
      const steps: TextStep[] = [];
      if (options.samples > 1 && !options.json) console.line(`=== ${number} of ${options.samples} ===`);
      if (isTerminal && prompt !== undefined && !options.json) console.prompt(promptText(model, prompt));
      const { contextShift = false, specialTokens = false, stop, to, tokens, draftModel } = options;
      const generated = await model.generate(prompt, {
        ...samplingOf(options),
        seed,
        candidates,
        override: chooser && ((sampled: TextStep) => chooser.choose(sampled)),
        tokens,
        stop,
        to,
        contextShift,
        specialTokens,
        draftModel,
        signal: interruptSignal(),
        onStep: (step) => {
          steps.push(step);
          if (options.json) console.progress(() => `${steps.length} of ${tokens} tokens`);
          else if (!candidates || chooser) console.write(step.text);
          else for (const line of candidateLines(step, tokenText(step.id))) console.line(line);
        },
      });
      samples.push({ ...generated, steps });
      seed = generated.seed + 1;
      if (!options.json) console.write(candidates && !chooser ? `\n${generated.text}\n` : "\n");
    }
  } catch (error) {
    // The streamed text ends in the middle of a line.
    const isStreaming = !options.json && (candidates === undefined || chooser !== undefined);
    if (error instanceof InterruptError && isStreaming) console.line("");
    throw error;
  } finally {
    chooser?.close();
  }
  const wallSeconds = (performance.now() - started) / 1000;
  report(samples, model.tokenizer, options, prompt, wallSeconds, console);
}

function promptText({ tokenizer }: TextModel, prompt: string | { readonly ids: readonly number[] }): string {
  return typeof prompt === "string" ? prompt : tokenizer.decode(prompt.ids.filter((id) => tokenizer.has(id)));
}

interface Sample extends GeneratedText {
  readonly steps: readonly TextStep[];
}

function report(
  samples: readonly Sample[],
  tokenizer: TextTokenizer,
  options: Omit<TextCommandOptions, "draftModel">,
  prompt: TextPrompt,
  wallSeconds: number,
  console: Console,
): void {
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  for (const [index, { ids, seed, end }] of samples.entries()) {
    const which = samples.length > 1 ? `${index + 1} of ${samples.length}: ` : "";
    console.say(
      `${which}${pluralize(ids.length, "token")}, seed ${seed}${end === undefined ? "" : `, ${ENDS[end]}`}`,
    );
  }
  const idsPerSecond = Math.round((tokens / wallSeconds) * 10) / 10;
  console.say(`model ${options.model}; took ${wallSeconds.toFixed(1)} s (${idsPerSecond} tokens a second)`);
  if (!options.json) return;
  console.result({
    model: options.model,
    prompt: typeof prompt === "string" ? prompt : null,
    promptIds: typeof prompt === "object" ? prompt.ids : undefined,
    samples: samples.map(({ text, seed, ids, end, steps }) => ({
      text,
      seed,
      tokens: ids.length,
      end,
      ids,
      steps: options.candidates === undefined ? undefined : stepFacts(steps, end, tokenizer),
    })),
    idsPerSecond,
  });
}

const ENDS: Readonly<Record<TextEnd, string>> = {
  tokens: "length of --tokens reached",
  "end-of-text": "ended by the model",
  context: "context window full",
  stop: "ended by --stop",
};

/** The steps for `--json`. The last token before a stop string may reach into it. */
function stepFacts(steps: readonly TextStep[], end: TextEnd | undefined, tokenizer: TextTokenizer) {
  return steps.map(({ id, text, logProbability, candidates }, index) => {
    const isCut = end === "stop" && index === steps.length - 1;
    return { id, text: isCut ? text : tokenizer.decode([id]), logProbability, candidates };
  });
}
