/** Whether the prompt is continued, or answered as a model of pairs learned it. */
import { byId, element } from "../elements.ts";

/** A choice that is there only for a model with separators. */
export class AnswerSetting {
  readonly select = byId("text-to", HTMLSelectElement);
  readonly #label = byId("text-to-label", HTMLElement);
  readonly #changed: (isAnswer: boolean) => void;

  /** @param changed called when the visitor changes between continuing and answering. */
  constructor(changed: (isAnswer: boolean) => void) {
    this.#changed = changed;
    this.select.addEventListener("input", () => changed(this.value !== undefined));
  }

  /** The chosen separator; undefined to continue the prompt. */
  get value(): string | undefined {
    return this.select.value === "" ? undefined : this.select.value;
  }

  /** Shows the separators of another model; the choice stays if it has it too. */
  offer(separators: readonly string[]): void {
    const { value } = this;
    this.#label.hidden = separators.length === 0;
    const options = separators.map((token) => element("option", { value: token }, `answer ${token}`));
    this.select.replaceChildren(element("option", { value: "" }, "continue"), ...options);
    if (value === undefined) return;
    if (separators.includes(value)) this.select.value = value;
    else this.#changed(false);
  }
}
