/** What `ostinato generate` does when the model that is named is one of text: it hands over to text mode. */
import type { Command } from "commander";
import { counted } from "../../encoding/counted.ts";
import type { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { writeOutput } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";
import { withTextModel } from "./text-model.ts";
import { samplingOf, type WritingCommandOptions } from "./writing-options.ts";

/** As many as `ostinato text` writes. */
export const DEFAULT_TOKENS = 100;

/**
 * Writes a text instead of music.
 *
 * @param musicOptions those that only music has.
 * @throws UsageError when one of them was given; CommandError when there is a primer, which is music.
 */
export async function writeText(
  primerPath: string | undefined,
  options: WritingCommandOptions,
  musicOptions: readonly string[],
  command: Command,
  console: Console,
): Promise<void> {
  const { model: name, out } = options;
  if (primerPath !== undefined) {
    const hint = "name a music model, or give the prompt to: ostinato text";
    throw new CommandError(`${name} is a model of text, it cannot continue music`, hint);
  }
  for (const option of command.options) {
    const key = option.attributeName();
    if (!musicOptions.includes(key) || command.getOptionValueSource(key) !== "cli") continue;
    throw new UsageError(
      `${option.long} is for music, and ${name} is a model of text`,
      "see: ostinato text --help",
    );
  }
  console.say(`${name} is a model of text: writing text, as "ostinato text --model ${name}" does`);
  const { pitchTemperature: _, ...sampling } = samplingOf(options);
  await withTextModel(options, console, async (model) => {
    const started = performance.now();
    let tokens = 0;
    const { text, seed, end } = await model.generate(undefined, {
      ...sampling,
      tokens: DEFAULT_TOKENS,
      signal: interruptSignal(),
      onStep: () => {
        tokens += 1;
        console.progress(() => `${tokens} of ${DEFAULT_TOKENS} tokens`);
      },
    });
    const idsPerSecond = Math.round((tokens / (performance.now() - started)) * 10_000) / 10;
    if (out === "-") console.write(`${text}\n`);
    else await writeOutput(out, new TextEncoder().encode(`${text}\n`));
    console.say(`${out}: ${counted(tokens, "token")} of text, seed ${seed}, model ${name}`);
    if (options.json) console.result({ out, seed, tokens, end, idsPerSecond, model: name });
  });
}
