import { optionOf } from "./specs.ts";
import { problemWith } from "../../src/index.ts";
import { element } from "../elements.ts";

/** Seeds that the dice throw: short enough to be read out. */
const DICE = 100_000;

/** A seed, with dice and a lock. */
export class SeedSetting {
  readonly element = element("div", { class: "setting" });
  readonly #input: HTMLInputElement;
  readonly #keep = element("input", { id: "setting-keep", type: "checkbox" });
  readonly #problem = element("span", { id: "setting-seed-problem", class: "field-problem", hidden: "" });

  constructor(onChange: () => void) {
    const { help } = optionOf("seed");
    this.#input = element("input", {
      id: "setting-seed",
      type: "number",
      inputmode: "numeric",
      min: "0",
      step: "1",
      title: help,
      "aria-describedby": this.#problem.id,
    });
    const dice = element("button", { type: "button", class: "quiet", title: "another seed" }, "⚄");
    dice.setAttribute("aria-label", "another seed");
    dice.addEventListener("click", () => {
      this.#throw();
      onChange();
    });
    this.#input.addEventListener("input", () => {
      // Who types a seed wants to hear it again.
      this.#keep.checked = true;
      this.check();
      onChange();
    });
    const keep = element("label", {
      for: "setting-keep",
      class: "keep",
      title: "the same seed for the next piece",
    });
    keep.append(this.#keep, "keep");
    const name = element("label", { for: "setting-seed", title: help }, "seed");
    this.element.append(name, this.#input, dice, keep, this.#problem);
    this.#throw();
  }

  get value(): number {
    return this.#input.value === "" ? Number.NaN : Number(this.#input.value);
  }

  set value(seed: number) {
    this.#input.value = String(seed);
    this.#keep.checked = true;
    this.check();
  }

  check(): boolean {
    const problem = problemWith(optionOf("seed"), this.value);
    this.#problem.hidden = problem === undefined;
    this.#problem.textContent = problem?.replace(/, got NaN$/, "") ?? "";
    this.#input.setAttribute("aria-invalid", String(problem !== undefined));
    return problem === undefined;
  }

  focus(): void {
    this.#input.focus();
  }

  /** For something else in the same piece: the seed if it is kept, or another. */
  forOneMore(): number {
    return this.#keep.checked ? this.value : Math.floor(Math.random() * DICE);
  }

  /** For the next piece; a seed that is kept stays. */
  next(): void {
    if (!this.#keep.checked) this.#throw();
  }

  #throw(): void {
    this.#input.value = String(Math.floor(Math.random() * DICE));
    this.check();
  }
}
