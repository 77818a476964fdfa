/** The Text tab: generation, candidates and attention for text. */
import { NumberSetting } from "../controls/number-setting.ts";
import { samplingSpec } from "../controls/specs.ts";
import { byId, element, setText } from "../elements.ts";
import { headColor } from "../roll/colors.ts";
import { megabytes, problemOf } from "../words.ts";
import { showHeadNumbers } from "./number-table.ts";
import type { Token, TokenExplanation } from "./protocol.ts";
import { folderFiles, modelAddress } from "../model-source.ts";
import { TextClient } from "./text-client.ts";
import { drawTextLines } from "./text-lines.ts";

/** The included models. */
const OWN_MODELS = ["shakespeare"];
/** Tokens generated per press. */
const TOKENS = 60;
/** Adjacent tokens have different tints. */
const TINTS = [60, 150, 240, 330];
/** Tokens in the table of numbers. */
const TABLE_ROWS = 8;

/** Initializes the tab. Call it once. */
export function showText(): TextView {
  return new TextView();
}

class TextView {
  readonly #settings = (["temperature", "topK", "topP"] as const).map((key) => {
    const spec = samplingSpec(key);
    return { key, setting: new NumberSetting({ ...spec, key: `text-${key}` }, () => undefined) };
  });
  readonly #tokens = byId("tokens", HTMLElement);
  readonly #layer = byId("text-layer", HTMLSelectElement);
  readonly #seed = Math.floor(Math.random() * 100_000);
  #client: TextClient | undefined;
  /** The name that `#client` was loaded with. */
  #loadedFrom: string | undefined;
  #files: ReadonlyMap<string, Uint8Array> | undefined;
  #text: Token[] = [];
  #given = 0;
  #isWriting = false;
  #chosen: number | undefined;
  #explanation: TokenExplanation | undefined;
  #head = 0;

  constructor() {
    byId("text-settings", HTMLElement).append(...this.#settings.map(({ setting }) => setting.element));
    byId("text-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#isWriting) this.#isWriting = false;
      else void this.#attempt(() => this.#write());
    });
    byId("prompt", HTMLTextAreaElement).addEventListener("input", () => {
      this.#text = [];
    });
    this.#layer.addEventListener("change", () => void this.#attempt(() => this.#explain()));
    byId("numbers", HTMLDetailsElement).addEventListener(
      "toggle",
      () => void this.#attempt(() => this.#showNumbers()),
    );
    const files = byId("text-files", HTMLInputElement);
    byId("text-folder", HTMLButtonElement).addEventListener("click", () => files.click());
    files.addEventListener("change", () => void this.#attempt(() => this.#openFolder(files)));
    new ResizeObserver(() => this.#drawLines()).observe(this.#tokens);
  }

  async #openFolder(input: HTMLInputElement): Promise<void> {
    this.#files = await folderFiles([...(input.files ?? [])]);
    byId("text-model", HTMLInputElement).value = "folder";
    this.#loadedFrom = undefined;
    await this.#load();
  }

  /** Loads the named model once. */
  async #load(): Promise<TextClient> {
    const name = byId("text-model", HTMLInputElement).value.trim();
    if (this.#client && this.#loadedFrom === name) return this.#client;
    this.#client?.end();
    this.#client = undefined;
    this.#text = [];
    const source =
      name === "folder" && this.#files ? this.#files : modelAddress(name, OWN_MODELS, document.baseURI);
    this.#client = await TextClient.load(source, ({ file, loadedBytes, totalBytes }) => {
      if (file.startsWith("model")) this.#say(`Loading ${megabytes(loadedBytes, totalBytes)}`);
    });
    this.#loadedFrom = name;
    const { layers } = this.#client.facts;
    this.#layer.replaceChildren(
      ...Array.from({ length: layers }, (_, layer) =>
        element("option", { value: String(layer) }, String(layer + 1)),
      ),
    );
    this.#layer.value = String(layers - 1);
    this.#say("");
    return this.#client;
  }

  /** Continues the text, or the prompt. */
  async #write(): Promise<void> {
    if (!this.#settings.every(({ setting }) => setting.check())) return;
    const client = await this.#load();
    if (this.#text.length === 0) {
      this.#text = [...(await client.ask("encode", { text: byId("prompt", HTMLTextAreaElement).value }))];
      this.#given = this.#text.length;
      this.#choose(undefined);
    }
    this.#isWriting = true;
    byId("write", HTMLButtonElement).textContent = "Stop";
    this.#showText();
    try {
      for (let count = 0; count < TOKENS && this.#isWriting; count += 1) {
        if (this.#text.length >= client.facts.window) {
          this.#say(`The context window of ${client.facts.window} tokens is full`);
          break;
        }
        const ids = this.#text.map(({ id }) => id);
        const token = await client.ask("draw", { ids, step: ids.length, options: this.#options() });
        if (!token) {
          this.#say("The model ended the text");
          break;
        }
        this.#text.push(token);
        this.#tokens.append(this.#tokenElement(token, this.#text.length - 1));
      }
    } finally {
      this.#isWriting = false;
      byId("write", HTMLButtonElement).textContent = this.#text.length > 0 ? "Continue" : "Write";
    }
  }

  #options(): Record<string, number> {
    const entries = this.#settings.flatMap(({ key, setting: { value } }) =>
      value === undefined ? [] : [[key, value] as const],
    );
    return { ...Object.fromEntries(entries), seed: this.#seed };
  }

  #showText(): void {
    byId("text-hint", HTMLElement).hidden = true;
    this.#tokens.replaceChildren(...this.#text.map((token, index) => this.#tokenElement(token, index)));
  }

  /** A span, because the text of a button cannot break across lines. */
  #tokenElement({ text }: Token, index: number): HTMLElement {
    const token = element("span", { class: "token", role: "button", tabindex: "0" }, text);
    if (index < this.#given) token.classList.add("given");
    if (text.includes("\n")) token.classList.add("break");
    if (text.trim() === "") token.setAttribute("aria-label", text.includes("\n") ? "line break" : "space");
    token.style.setProperty("--tint", String(TINTS[index % TINTS.length]));
    token.addEventListener("click", () => this.#choose(index));
    token.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#choose(index);
    });
    return token;
  }

  #choose(index: number | undefined): void {
    this.#tokens.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.#chosen = index === 0 ? undefined : index;
    this.#explanation = undefined;
    byId("text-why", HTMLElement).hidden = this.#chosen === undefined;
    this.#drawLines();
    if (this.#chosen === undefined) return;
    this.#tokens.children[this.#chosen]?.setAttribute("aria-current", "true");
    void this.#attempt(() => this.#explain());
  }

  async #explain(): Promise<void> {
    const index = this.#chosen;
    if (index === undefined || !this.#client) return;
    setText(byId("text-why-title", HTMLElement), `Why “${visible(this.#text[index]?.text ?? "")}”`);
    const ids = this.#text.map(({ id }) => id);
    const request = { ids, index, layer: Number(this.#layer.value), options: this.#options() };
    const explanation = await this.#client.ask("explain", request);
    if (index !== this.#chosen) return;
    this.#explanation = explanation;
    this.#showCandidates(index, explanation);
    this.#showHeads();
    this.#drawLines();
    await this.#showNumbers();
  }

  #showCandidates(index: number, { candidates, probability }: TokenExplanation): void {
    const came = this.#text[index];
    const isListed = candidates.some(({ id }) => id === came?.id);
    const all = isListed || !came ? candidates : [...candidates, { ...came, probability: probability ?? 0 }];
    const largest = Math.max(1e-9, ...all.map((candidate) => candidate.probability));
    byId("text-candidates", HTMLElement).replaceChildren(
      ...all.map(({ id, text, probability: p }) => {
        const button = element("button", { type: "button", class: "candidate" });
        if (id === came?.id) button.setAttribute("aria-current", "true");
        const bar = element("span", { class: "bar-fill", "aria-hidden": "true" });
        bar.style.width = `${Math.max(2, (100 * p) / largest)}%`;
        button.append(
          bar,
          element("span", { class: "candidate-words" }, visible(text)),
          element("span", {}, `${(100 * p).toFixed(1)} %`),
        );
        button.addEventListener("click", () => this.#goOnFrom(index, { id, text }));
        const item = element("li");
        item.append(button);
        return item;
      }),
    );
  }

  /** Replaces a token and generates the rest again. */
  #goOnFrom(index: number, token: Token): void {
    if (this.#isWriting || token.id === this.#text[index]?.id) return;
    this.#text = [...this.#text.slice(0, index), token];
    this.#given = Math.min(this.#given, index);
    this.#choose(undefined);
    void this.#attempt(() => this.#write());
  }

  #showHeads(): void {
    const { heads = 0 } = this.#client?.facts ?? {};
    byId("text-heads", HTMLElement).replaceChildren(
      ...Array.from({ length: heads }, (_, head) => {
        const button = element("button", { type: "button", class: "head" }, String(head + 1));
        button.setAttribute("aria-pressed", String(head === this.#head));
        button.setAttribute("aria-label", `head ${head + 1}`);
        button.style.setProperty("--head", headColor(head, heads));
        button.addEventListener("click", () => {
          this.#head = head;
          this.#showHeads();
          this.#drawLines();
          void this.#attempt(() => this.#showNumbers());
        });
        return button;
      }),
    );
  }

  #drawLines(): void {
    const attention = this.#explanation?.attention.find(({ head }) => head === this.#head);
    const { heads = 1 } = this.#client?.facts ?? {};
    drawTextLines(this.#tokens, this.#chosen, attention?.weights, headColor(this.#head, heads));
  }

  /** The head whose query is the token before the chosen one. */
  async #showNumbers(): Promise<void> {
    const index = this.#chosen;
    if (index === undefined || !this.#client || !byId("numbers", HTMLDetailsElement).open) return;
    const ids = this.#text.slice(0, index).map(({ id }) => id);
    const request = { ids, layer: Number(this.#layer.value), head: this.#head, rows: TABLE_ROWS };
    showHeadNumbers(await this.#client.ask("table", request), this.#text);
  }

  #say(text: string): void {
    setText(byId("text-state", HTMLElement), text);
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const { message, hint } = problemOf(error);
      this.#say(`${message} ${hint}`);
    }
  }
}

/** Text with visible spaces and line breaks. */
function visible(text: string): string {
  return text.replaceAll("\n", "⏎").replaceAll(" ", "␣");
}
