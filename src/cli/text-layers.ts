/** `ostinato text --layers`: the prediction after each layer, from the embedding up. */
import type { StreamMove } from "../engine/index.ts";
import type { TextExplanation, TextModel, TextPrompt } from "../text/index.ts";
import { bar, shownToken } from "./candidates.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { tableLines } from "./table.ts";

export interface TextLayersOptions {
  readonly model: string;
  readonly position?: number;
  readonly specialTokens?: boolean;
  readonly to?: string;
  readonly json?: boolean;
}

/** The longest bar, as a share of that of a candidate. */
const LONGEST = 0.3;

/** Explains the token at `--position`, or the one that would follow the prompt. */
export async function runTextLayers(
  model: TextModel,
  prompt: TextPrompt,
  options: TextLayersOptions,
  console: Console,
): Promise<void> {
  const { position: index, specialTokens, to } = options;
  const { length } = model.encodePrompt(prompt, { specialTokens, to });
  if (index !== undefined && index >= length) {
    throw new UsageError(
      `--position is ${index}, and the prompt has ${length} tokens, 0 to ${length - 1}`,
      "omit it for the token that would follow the prompt",
    );
  }
  const explained = await model.explain(prompt, { index, specialTokens, to, layers: true });
  if (options.json) {
    const { ids, layers } = explained;
    console.result({ model: options.model, ids, index: explained.index, id: ids[explained.index], layers });
    return;
  }
  for (const line of ladder(model, explained)) console.line(line);
  console.say(
    "numbers of attention and feed-forward: the length of what it added, divided by the length of what was there before",
  );
}

function ladder(model: TextModel, { ids, index, layers = [] }: TextExplanation): string[] {
  const shown = (id = -1): string => shownToken(model.textOf(id));
  const own = ids[index];
  const rows = layers.map(({ layer, candidates, probability, attention, feedForward }) => [
    layer === null ? "embedding" : `layer ${layer + 1}`,
    attention ? moved(attention) : "",
    feedForward ? moved(feedForward) : "",
    ...candidates.map((each) => `${percent(each.probability)} ${shownToken(each.text)}`),
    ...(own === undefined ? [] : [percent(probability ?? 0)]),
  ]);
  const heading = [
    "up to",
    "attention",
    "feed-forward",
    "likeliest",
    "second",
    "third",
    ...(own === undefined ? [] : [shown(own)]),
  ];
  return [`what follows ${shown(ids[index - 1])}:`, "", ...tableLines([heading, ...rows])];
}

/** The relative length, and its share of old and new together as a bar. */
function moved({ relative }: StreamMove): string {
  return `${relative.toFixed(2).padStart(5)} ${bar((LONGEST * relative) / (1 + relative))}`;
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`.padStart(7);
}
