/** The predictions of a model after each layer, as a list of sentences. */
import type { Candidate, LayerPrediction, StreamMove } from "../../src/index.ts";
import { element } from "../elements.ts";
import { percentOf } from "./candidates.ts";

/** A layer with its candidates in words. */
export type Rung<Choice extends Candidate> = Pick<LayerPrediction, "layer" | "attention" | "feedForward"> & {
  readonly candidates: readonly Choice[];
};

/** Shows a sentence for each layer in a list. Each has two bars: how far attention and the feed-forward network moved the model. */
export function showLadder<Choice extends Candidate>(
  list: HTMLElement,
  rungs: readonly Rung<Choice>[],
  words: (choice: Choice) => string,
): void {
  const last = rungs.at(-1);
  const end = last?.candidates[0]?.id;
  list.replaceChildren(
    ...rungs.map((rung) => {
      const item = element("li");
      const bars = element("span", { "aria-hidden": "true" });
      bars.append(...[rung.attention, rung.feedForward].map(moveBar));
      item.append(bars, element("span", {}, ladderSentence(rung, words, rung === last ? undefined : end)));
      return item;
    }),
  );
}

/**
 * "After layer 2 it already favored C5 (47 %), then E5 (3 %), A4 (2 %). Attention moved it by 39 %, the network by 10 %."
 *
 * @param end the likeliest id after the last layer; undefined for the last layer itself.
 */
export function ladderSentence<Choice extends Candidate>(
  { layer, candidates, attention, feedForward }: Rung<Choice>,
  words: (choice: Choice) => string,
  end: number | undefined,
): string {
  const { id, probability: most = 0 } = candidates[0] ?? {};
  const [first, ...others] = candidates
    .filter(({ probability }) => probability >= Math.min(most, 0.0005))
    .map((each) => `${words(each)} (${percentOf(each.probability)})`);
  const how = most >= 0.75 ? "was sure of" : most >= 0.3 ? "favored" : "slightly favored";
  const when = layer === null ? "Before layer 1" : `After layer ${layer + 1}`;
  const then = others.length > 0 ? `, then ${others.join(", ")}` : "";
  const said = `${when} it ${id === end ? "already " : ""}${how} ${first}${then}.`;
  return attention && feedForward
    ? `${said} Attention moved it by ${moved(attention)}, the network by ${moved(feedForward)}.`
    : said;
}

/** What a part added, of what was there before. */
function moved({ relative }: StreamMove): string {
  return relative < 2 ? percentOf(relative) : `${Math.round(relative)} times its length`;
}

function moveBar(move: StreamMove | undefined): HTMLElement {
  const bar = element("i");
  const { relative = 0 } = move ?? {};
  bar.style.width = `${(100 * relative) / (1 + relative)}%`;
  return bar;
}
