/** The Text tab: prompt, model, settings, and the text as tokens. */
import type { SamplingOptions } from "../../src/index.ts";
import { NumberSetting } from "../controls/number-setting.ts";
import { samplingSpec } from "../controls/specs.ts";
import { byId, element, setText } from "../elements.ts";
import { megabytes, problemOf } from "../words.ts";
import type { Token } from "./protocol.ts";
import { TextClient } from "./text-client.ts";
import { AnswerSetting } from "./answer-setting.ts";
import { FOLDER, TextModelHolder } from "./text-model-holder.ts";
import { TextWhy } from "./text-why.ts";
import { TextWriter } from "./text-writer.ts";

/** Adjacent tokens have different tints. */
const TINTS = [60, 150, 240, 330];

/** Initializes the tab. Call it once. */
export function showText(): TextView {
  return new TextView();
}

class TextView {
  readonly #settings = (["temperature", "topK", "topP"] as const).map((key) => {
    const spec = samplingSpec(key);
    return { key, setting: new NumberSetting({ ...spec, key: `text-${key}` }, () => undefined) };
  });
  readonly #seed = Math.floor(Math.random() * 100_000);
  readonly #tokens = byId("tokens", HTMLElement);
  readonly #modelName = byId("text-model", HTMLInputElement);
  readonly #prompt = byId("prompt", HTMLTextAreaElement);
  readonly #special = byId("special-tokens", HTMLInputElement);
  readonly #answer = new AnswerSetting((isAnswer) => {
    const temperature = this.#settings.find(({ key }) => key === "temperature");
    if (temperature) temperature.setting.value = isAnswer ? 0 : temperature.setting.spec.fallback;
  });
  readonly #writer = new TextWriter();
  readonly #models = new TextModelHolder(
    (source) =>
      TextClient.load(source, ({ file, loadedBytes, totalBytes }) => {
        if (file.startsWith("model")) this.#say(`Loading ${megabytes(loadedBytes, totalBytes)}`);
      }),
    document.baseURI,
  );
  readonly #why = new TextWhy({
    writer: this.#writer,
    models: this.#models,
    options: () => this.#options(),
    attempt: (task) => void this.#attempt(task),
    continueFrom: (index, token) => this.#continueFrom(index, token),
  });

  constructor() {
    byId("text-settings", HTMLElement).append(...this.#settings.map(({ setting }) => setting.element));
    byId("text-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#writer.isWriting) this.#writer.stop();
      else void this.#attempt(() => this.#write());
    });
    for (const input of [this.#prompt, this.#special, this.#answer.select]) {
      input.addEventListener("input", () => this.#writer.clear());
    }
    const files = byId("text-files", HTMLInputElement);
    byId("text-folder", HTMLButtonElement).addEventListener("click", () => files.click());
    files.addEventListener("change", () => void this.#attempt(() => this.#openFolder(files)));
    this.#models.changing.listen(() => this.#writer.clear());
    this.#models.changed.listen(({ facts }) => {
      this.#answer.offer(facts.separators);
      this.#say("");
    });
    this.#writer.stateChanged.listen(() => this.#showState());
    this.#writer.appended.listen((token) =>
      this.#tokens.append(this.#tokenElement(token, this.#writer.tokens.length - 1)),
    );
  }

  async #openFolder(input: HTMLInputElement): Promise<void> {
    await this.#models.openFolder([...(input.files ?? [])]);
    this.#modelName.value = FOLDER;
    await this.#models.load(FOLDER);
  }

  /** Continues the text, or the prompt. */
  async #write(): Promise<void> {
    if (!this.#settings.every(({ setting }) => setting.check())) return;
    const client = await this.#models.load(this.#modelName.value.trim());
    const { value: to } = this.#answer;
    const prompt = { text: this.#prompt.value, specialTokens: this.#special.checked, to };
    const end = await this.#writer.write(client, prompt, this.#options());
    if (end === "window") this.#say(`The context window of ${client.facts.window} tokens is full`);
    else if (end === "end-of-text") this.#say("The model ended the text");
  }

  /** Replaces a token and generates the rest again. */
  #continueFrom(index: number, token: Token): void {
    if (this.#writer.isWriting) return;
    this.#writer.replace(index, token);
    this.#why.choose(undefined);
    void this.#attempt(() => this.#write());
  }

  #options(): SamplingOptions {
    const entries = this.#settings.flatMap(({ key, setting }) =>
      setting.value === undefined ? [] : [[key, setting.value]],
    );
    return { ...Object.fromEntries(entries), seed: this.#seed };
  }

  #showState(): void {
    const { isWriting, tokens } = this.#writer;
    const label = isWriting ? "Stop" : tokens.length > 0 ? "Continue" : "Write";
    byId("write", HTMLButtonElement).textContent = label;
    if (!isWriting) return;
    byId("text-hint", HTMLElement).hidden = true;
    this.#tokens.replaceChildren(...tokens.map((token, index) => this.#tokenElement(token, index)));
  }

  /** A span, because the text of a button cannot break across lines. */
  #tokenElement({ text }: Token, index: number): HTMLElement {
    const token = element("span", { class: "token", role: "button", tabindex: "0" }, text);
    if (index < this.#writer.promptLength) token.classList.add("given");
    if (text.includes("\n")) token.classList.add("break");
    if (text.trim() === "") token.setAttribute("aria-label", text.includes("\n") ? "line break" : "space");
    token.style.setProperty("--tint", String(TINTS[index % TINTS.length]));
    token.addEventListener("click", () => this.#why.choose(index));
    token.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#why.choose(index);
    });
    return token;
  }

  #say(text: string): void {
    setText(byId("text-state", HTMLElement), text);
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      const { message, hint } = problemOf(error);
      this.#say(`${message} ${hint}`);
    }
  }
}
