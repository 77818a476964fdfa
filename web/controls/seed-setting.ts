import { optionOf } from "./specs.ts";
import { problemWith } from "../../src/index.ts";
import { element } from "../elements.ts";

/** Random seeds are below this: short enough to read aloud. */
const DICE = 100_000;

/** Seed field, with a button for a random seed and a check box that keeps the seed. */
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
    const dice = element("button", { type: "button", class: "quiet", title: "random seed" }, "⚄");
    dice.setAttribute("aria-label", "random seed");
    dice.addEventListener("click", () => {
      this.#randomize();
      onChange();
    });
    this.#input.addEventListener("input", () => {
      // A typed seed is kept.
      this.#keep.checked = true;
      this.check();
      onChange();
    });
    const keep = element("label", {
      for: "setting-keep",
      class: "keep",
      title: "use the same seed for the next piece",
    });
    keep.append(this.#keep, "keep");
    const name = element("label", { for: "setting-seed", title: help }, "seed");
    this.element.append(name, this.#input, dice, keep, this.#problem);
    this.#randomize();
  }

  get value(): number {
    return this.#input.value === "" ? Number.NaN : Number(this.#input.value);
  }

  set value(seed: number) {
    this.#input.value = String(seed);
    this.#keep.checked = true;
    this.check();
  }

  /** @returns a function that restores the present seed. */
  keep(): () => void {
    const { value } = this.#input;
    const isKept = this.#keep.checked;
    return () => {
      this.#input.value = value;
      this.#keep.checked = isKept;
      this.check();
    };
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

  /** Seed of a further generation in the same piece: the kept seed, or a random one. */
  forOneMore(): number {
    return this.#keep.checked ? this.value : Math.floor(Math.random() * DICE);
  }

  /** Sets a random seed for the next piece, unless the seed is kept. */
  next(): void {
    if (!this.#keep.checked) this.#randomize();
  }

  #randomize(): void {
    this.#input.value = String(Math.floor(Math.random() * DICE));
    this.check();
  }
}
