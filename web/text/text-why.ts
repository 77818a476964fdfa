/** Explains a token of the text: its candidates, the attention of a head, and the numbers of that head. */
import type { SamplingOptions } from "../../src/index.ts";
import { byId, setText } from "../elements.ts";
import { headColor } from "../roll/colors.ts";
import { withChosen } from "../why/candidates.ts";
import { candidateItems, headButtons, offerLayers } from "../why/explanation-elements.ts";
import { showLadder } from "../why/ladder.ts";
import { showHeadNumbers } from "./number-table.ts";
import type { Token, TokenExplanation } from "./protocol.ts";
import type { TextClient } from "./text-client.ts";
import { drawTextLines } from "./text-lines.ts";
import type { TextModelHolder } from "./text-model-holder.ts";
import type { TextWriter } from "./text-writer.ts";

/** Tokens in the table of numbers. */
const TABLE_ROWS = 8;

export interface TextWhyParts {
  readonly writer: TextWriter;
  readonly models: TextModelHolder<TextClient>;
  /** The current settings. */
  options(): SamplingOptions;
  /** Runs a task and shows its error. */
  attempt(task: () => Promise<void>): void;
  /** Continues the text with another token at an index. */
  continueFrom(index: number, token: Token): void;
}

/** What is explained. */
type Chosen =
  | { readonly kind: "nothing" }
  | { readonly kind: "asked"; readonly index: number }
  | { readonly kind: "explained"; readonly index: number; readonly explanation: TokenExplanation };

export class TextWhy {
  readonly #parts: TextWhyParts;
  readonly #tokens = byId("tokens", HTMLElement);
  readonly #layer = byId("text-layer", HTMLSelectElement);
  readonly #layers = byId("text-layers", HTMLDetailsElement);
  #chosen: Chosen = { kind: "nothing" };
  #head = 0;

  constructor(parts: TextWhyParts) {
    this.#parts = parts;
    const { attempt, models, writer } = parts;
    this.#layer.addEventListener("change", () => attempt(() => this.#explain()));
    this.#layers.addEventListener("toggle", () => attempt(() => this.#explain()));
    byId("numbers", HTMLDetailsElement).addEventListener("toggle", () => attempt(() => this.#showNumbers()));
    new ResizeObserver(() => this.#drawLines()).observe(this.#tokens);
    models.changed.listen(({ facts }) => offerLayers(this.#layer, facts.layers));
    writer.started.listen(() => this.choose(undefined));
  }

  /** Explains a token; the first one has no explanation. */
  choose(index: number | undefined): void {
    this.#tokens.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.#chosen = index ? { kind: "asked", index } : { kind: "nothing" };
    byId("text-why", HTMLElement).hidden = !index;
    this.#drawLines();
    if (!index) return;
    this.#tokens.children[index]?.setAttribute("aria-current", "true");
    this.#parts.attempt(() => this.#explain());
  }

  get #index(): number | undefined {
    return this.#chosen.kind === "nothing" ? undefined : this.#chosen.index;
  }

  get #heads(): number {
    return this.#parts.models.client?.facts.heads ?? 0;
  }

  async #explain(): Promise<void> {
    const { writer, models, options } = this.#parts;
    const index = this.#index;
    if (index === undefined || !models.client) return;
    setText(byId("text-why-title", HTMLElement), `Why “${visible(writer.tokens[index]?.text ?? "")}”`);
    const ids = writer.tokens.map(({ id }) => id);
    const layers = this.#layers.open;
    const request = { ids, index, layer: Number(this.#layer.value), layers, options: options() };
    const explanation = await models.client.ask("explain", request);
    if (index !== this.#index) return;
    this.#chosen = { kind: "explained", index, explanation };
    this.#showCandidates(index, explanation);
    this.#showHeads();
    showLadder(
      byId("text-ladder", HTMLElement),
      explanation.layers ?? [],
      ({ text }) => `“${visible(text)}”`,
    );
    this.#drawLines();
    await this.#showNumbers();
  }

  #showCandidates(index: number, { candidates, probability }: TokenExplanation): void {
    const chosen = this.#parts.writer.tokens[index];
    const shown = withChosen(candidates, chosen && { ...chosen, probability: probability ?? 0 });
    byId("text-candidates", HTMLElement).replaceChildren(
      ...candidateItems(
        shown.map(({ id, text, probability: share }) => ({
          words: visible(text),
          probability: share,
          percent: `${(100 * share).toFixed(1)} %`,
          isChosen: id === chosen?.id,
          onPress: () => this.#parts.continueFrom(index, { id, text }),
        })),
      ),
    );
  }

  #showHeads(): void {
    const select = (head: number): void => {
      this.#head = head;
      this.#showHeads();
      this.#drawLines();
      this.#parts.attempt(() => this.#showNumbers());
    };
    byId("text-heads", HTMLElement).replaceChildren(
      ...headButtons(this.#heads, (head) => head === this.#head, select),
    );
  }

  #drawLines(): void {
    const chosen = this.#chosen;
    const attention =
      chosen.kind === "explained"
        ? chosen.explanation.attention.find(({ head }) => head === this.#head)
        : undefined;
    drawTextLines(this.#tokens, this.#index, attention?.weights, headColor(this.#head, this.#heads || 1));
  }

  /** The head whose query is the token before the chosen one. */
  async #showNumbers(): Promise<void> {
    const { writer, models } = this.#parts;
    const index = this.#index;
    if (index === undefined || !models.client || !byId("numbers", HTMLDetailsElement).open) return;
    const ids = writer.tokens.slice(0, index).map(({ id }) => id);
    const request = { ids, layer: Number(this.#layer.value), head: this.#head, rows: TABLE_ROWS };
    showHeadNumbers(await models.client.ask("table", request), writer.tokens);
  }
}

/** Text with visible spaces and line breaks. */
function visible(text: string): string {
  return text.replaceAll("\n", "⏎").replaceAll(" ", "␣");
}
