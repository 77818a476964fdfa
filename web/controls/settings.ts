/** The sampling options of the page: a slider and a number each, from the table that the command line uses too. */
import { type NumberOption, problemWith, SAMPLING_OPTIONS, type SamplingOptions } from "../../src/index.ts";
import { element } from "../elements.ts";

/** Options with a slider, and what it spans; a typed number may be anything in the option's range. */
const SLIDERS = [
  { key: "temperature", label: "temperature", minimum: 0, maximum: 2, step: 0.05 },
  { key: "topP", label: "top-p", minimum: 0, maximum: 1, step: 0.01 },
] as const;

/** Seeds that the dice throw: short enough to be read out. */
const DICE = 100_000;

export class Settings {
  readonly #sliders: readonly SliderSetting[];
  readonly #seed: SeedSetting;

  constructor(parent: HTMLElement, onChange: () => void) {
    this.#seed = new SeedSetting(onChange);
    this.#sliders = SLIDERS.map((slider) => new SliderSetting(slider, onChange));
    parent.append(this.#seed.element, ...this.#sliders.map((slider) => slider.element));
  }

  /** The values, or undefined when one cannot be used: it then says so, and has the focus. */
  read(): SamplingOptions | undefined {
    const fields = [this.#seed, ...this.#sliders];
    const bad = fields.find((field) => !field.check());
    bad?.focus();
    if (bad) return undefined;
    return Object.fromEntries(fields.map((field) => [field.option.key, field.value]));
  }

  /** Throws the dice for the next piece, unless the seed is kept. */
  nextSeed(): void {
    this.#seed.next();
  }
}

/** A number that can be typed, and what is wrong with it. */
class NumberField {
  readonly option: NumberOption;
  readonly input: HTMLInputElement;
  readonly problem: HTMLElement;

  constructor(option: NumberOption, id: string) {
    this.option = option;
    this.problem = element("span", { id: `${id}-problem`, class: "field-problem", hidden: "" });
    this.input = element("input", {
      id,
      type: "number",
      inputmode: option.isInteger ? "numeric" : "decimal",
      min: String(option.minimum),
      max: String(option.maximum),
      step: option.isInteger ? "1" : "any",
      title: option.help,
      "aria-describedby": this.problem.id,
    });
    this.input.addEventListener("input", () => this.check());
  }

  get value(): number {
    return this.input.value === "" ? Number.NaN : Number(this.input.value);
  }

  /** Says what is wrong; returns whether nothing is. */
  check(): boolean {
    const problem = problemWith(this.option, this.value);
    this.problem.hidden = problem === undefined;
    this.problem.textContent = problem?.replace(/, got NaN$/, "") ?? "";
    this.input.setAttribute("aria-invalid", String(problem !== undefined));
    return problem === undefined;
  }

  focus(): void {
    this.input.focus();
  }
}

class SliderSetting {
  readonly element: HTMLElement;
  readonly option: NumberOption;
  readonly #field: NumberField;

  constructor({ key, label, minimum, maximum, step }: (typeof SLIDERS)[number], onChange: () => void) {
    this.option = optionOf(key);
    const fallback = String(this.option.fallback ?? "");
    this.#field = new NumberField(this.option, `setting-${key}`);
    const { input } = this.#field;
    input.value = fallback;
    const slider = element("input", {
      type: "range",
      min: String(minimum),
      max: String(maximum),
      step: String(step),
      value: fallback,
      title: this.option.help,
      "aria-label": `${label}, slider`,
    });
    const reset = element(
      "button",
      { type: "button", class: "quiet", title: `back to ${fallback}`, hidden: "" },
      "↺",
    );
    reset.setAttribute("aria-label", `${label} back to ${fallback}`);
    const show = (value: string, from?: HTMLInputElement): void => {
      if (from !== input) input.value = value;
      if (from !== slider) slider.value = value;
      reset.hidden = Number(value) === this.option.fallback;
      this.#field.check();
      onChange();
    };
    slider.addEventListener("input", () => show(slider.value, slider));
    input.addEventListener("input", () => show(input.value, input));
    reset.addEventListener("click", () => {
      show(fallback);
      input.focus();
    });
    this.element = element("div", { class: "setting" });
    this.element.append(
      element("label", { for: input.id, title: this.option.help }, label),
      slider,
      input,
      reset,
    );
    this.element.append(this.#field.problem);
  }

  get value(): number {
    return this.#field.value;
  }

  check(): boolean {
    return this.#field.check();
  }

  focus(): void {
    this.#field.focus();
  }
}

class SeedSetting {
  readonly element: HTMLElement;
  readonly option = optionOf("seed");
  readonly #field: NumberField;
  readonly #keep: HTMLInputElement;

  constructor(onChange: () => void) {
    this.#field = new NumberField(this.option, "setting-seed");
    const { input } = this.#field;
    this.#keep = element("input", { id: "setting-keep", type: "checkbox" });
    const dice = element("button", { type: "button", class: "quiet", title: "another seed" }, "⚄");
    dice.setAttribute("aria-label", "another seed");
    dice.addEventListener("click", () => {
      this.#throw();
      onChange();
    });
    input.addEventListener("input", () => {
      // Who types a seed wants to hear it again.
      this.#keep.checked = true;
      onChange();
    });
    this.element = element("div", { class: "setting" });
    const keep = element("label", {
      for: this.#keep.id,
      class: "keep",
      title: "the same music at the next Play",
    });
    keep.append(this.#keep, "keep");
    this.element.append(
      element("label", { for: input.id, title: this.option.help }, "seed"),
      input,
      dice,
      keep,
    );
    this.element.append(this.#field.problem);
    this.#throw();
  }

  get value(): number {
    return this.#field.value;
  }

  check(): boolean {
    return this.#field.check();
  }

  focus(): void {
    this.#field.focus();
  }

  next(): void {
    if (!this.#keep.checked) this.#throw();
  }

  #throw(): void {
    this.#field.input.value = String(Math.floor(Math.random() * DICE));
    this.#field.check();
  }
}

function optionOf(key: keyof SamplingOptions): NumberOption {
  const option = SAMPLING_OPTIONS.find((candidate) => candidate.key === key);
  if (option) return option;
  throw new TypeError(`no option "${key}"`);
}
