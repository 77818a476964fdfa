/** A setting with a few named values. */
import { element } from "../elements.ts";

/** Options with named values. */
export type ChoiceKey = "style" | "density" | "dynamics";

export interface ChoiceSpec<V extends string> {
  readonly key: ChoiceKey;
  readonly label: string;
  readonly help: string;
  /** Shown for no choice, which is the default. */
  readonly none: string;
  readonly values: readonly V[];
}

export class ChoiceSetting<V extends string> {
  readonly key: ChoiceKey;
  readonly element = element("div", { class: "setting" });
  readonly #select: HTMLSelectElement;
  readonly #values: readonly V[];

  constructor({ key, label, help, none, values }: ChoiceSpec<V>, onChange: () => void) {
    this.key = key;
    this.#values = values;
    const id = `setting-${key}`;
    this.#select = element("select", { id, title: help });
    this.#select.append(
      element("option", { value: "" }, none),
      ...values.map((value) => element("option", { value }, value)),
    );
    this.#select.addEventListener("change", onChange);
    this.element.append(element("label", { for: id, title: help }, label), this.#select);
  }

  get value(): V | undefined {
    return this.#values.find((value) => value === this.#select.value);
  }

  set value(value: V | undefined) {
    this.#select.value = value ?? "";
  }
}

/** A setting that is on or off. */
export class SwitchSetting {
  readonly element = element("div", { class: "setting" });
  readonly #box: HTMLInputElement;

  constructor(
    { key, label, help }: { readonly key: string; readonly label: string; readonly help: string },
    onChange: () => void,
  ) {
    this.#box = element("input", { id: `setting-${key}`, type: "checkbox", title: help });
    this.#box.addEventListener("change", onChange);
    const name = element("label", { class: "keep", title: help });
    name.append(this.#box, label);
    this.element.append(name);
  }

  get value(): boolean {
    return this.#box.checked;
  }

  set value(isOn: boolean) {
    this.#box.checked = isOn;
  }
}
