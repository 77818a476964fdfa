/** A numeric setting: slider, number field, reset button, tooltip and error message. */
import { problemWith } from "../../src/index.ts";
import { element } from "../elements.ts";

export interface NumberSpec {
  /** Unique on the page. */
  readonly key: string;
  readonly label: string;
  /** Range of a typed number. */
  readonly minimum: number;
  readonly maximum: number;
  readonly isInteger: boolean;
  /** The default; undefined: an empty field, which shows `none`. */
  readonly fallback: number | undefined;
  /** Placeholder of an empty field, such as "all" or "∞". */
  readonly none?: string;
  readonly help: string;
  /** Shown behind the number. */
  readonly unit?: string;
  readonly slider: { readonly minimum: number; readonly maximum: number; readonly step: number };
}

export class NumberSetting {
  readonly spec: NumberSpec;
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #slider: HTMLInputElement;
  readonly #reset: HTMLButtonElement;
  readonly #problem: HTMLElement;
  readonly #onChange: () => void;

  constructor(spec: NumberSpec, onChange: () => void) {
    this.spec = spec;
    this.#onChange = onChange;
    const { key, label, minimum, maximum, slider } = spec;
    const id = `setting-${key}`;
    this.#problem = element("span", { id: `${id}-problem`, class: "field-problem", hidden: "" });
    this.#input = element("input", {
      id,
      type: "number",
      inputmode: spec.isInteger ? "numeric" : "decimal",
      min: String(minimum),
      max: String(maximum),
      step: spec.isInteger ? "1" : "any",
      title: spec.help,
      placeholder: spec.none ?? "",
      "aria-describedby": this.#problem.id,
    });
    this.#slider = element("input", {
      type: "range",
      min: String(slider.minimum),
      max: String(slider.maximum),
      step: String(slider.step),
      title: spec.help,
      "aria-label": `${label}, slider`,
    });
    const back = spec.fallback === undefined ? (spec.none ?? "none") : String(spec.fallback);
    this.#reset = element("button", { type: "button", class: "quiet", title: `reset to ${back}` }, "↺");
    this.#reset.setAttribute("aria-label", `reset ${label} to ${back}`);
    this.#slider.addEventListener("input", () => this.#show(this.#slider.value, this.#slider));
    this.#input.addEventListener("input", () => this.#show(this.#input.value, this.#input));
    this.#reset.addEventListener("click", () => {
      this.value = spec.fallback;
      this.#onChange();
      this.#input.focus();
    });
    this.element = element("div", { class: "setting" });
    const name = element("label", { for: id, title: spec.help }, label);
    const unit = spec.unit ? [element("span", { class: "faint", "aria-hidden": "true" }, spec.unit)] : [];
    this.element.append(name, this.#slider, this.#input, ...unit, this.#reset, this.#problem);
    this.value = spec.fallback;
  }

  /** Undefined if the field is empty; NaN if the text is not a number. */
  get value(): number | undefined {
    if (this.#input.validity.badInput) return Number.NaN;
    return this.#input.value === "" ? undefined : Number(this.#input.value);
  }

  set value(value: number | undefined) {
    this.#input.value = value === undefined ? "" : String(value);
    this.#follow();
  }

  /** Shows an error message for an invalid value. @returns whether the value is valid. */
  check(): boolean {
    const { value } = this;
    const isMissing = value === undefined && this.spec.none === undefined;
    const problem =
      value === undefined && !isMissing ? undefined : problemWith(this.spec, value ?? Number.NaN);
    this.#problem.hidden = problem === undefined;
    this.#problem.textContent = problem?.replace(/, got NaN$/, "") ?? "";
    this.#input.setAttribute("aria-invalid", String(problem !== undefined));
    return problem === undefined;
  }

  focus(): void {
    this.#input.focus();
  }

  #show(value: string, from: HTMLInputElement): void {
    if (from === this.#slider) this.#input.value = value;
    this.#follow(from);
    this.#onChange();
  }

  /** Updates slider and reset button from the field. */
  #follow(from?: HTMLInputElement): void {
    const { value } = this;
    if (from !== this.#slider) this.#slider.value = String(value ?? this.spec.slider.maximum);
    this.#slider.setAttribute("aria-valuetext", value === undefined ? (this.spec.none ?? "") : String(value));
    this.#reset.style.visibility = value === this.spec.fallback ? "hidden" : "visible";
    this.check();
  }
}
