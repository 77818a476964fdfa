/** Menu for the music model: included, from the hub or the server, or a local folder. */
import { byId, setText } from "./elements.ts";
import type { MusicSource } from "./model-holder.ts";
import { folderSource, namedSource } from "./music-model.ts";
import type { Session } from "./session.ts";
import { problemOf } from "./words.ts";

export class ModelView {
  readonly #models: Session["models"];
  readonly #details = byId("model-choice", HTMLDetailsElement);
  readonly #name = byId("model-name", HTMLInputElement);
  readonly #state = byId("model-state", HTMLElement);
  readonly #form = byId("model-form", HTMLFormElement);
  #isLoading = false;

  constructor({ models }: Pick<Session, "models">) {
    this.#models = models;
    models.chosen.listen(() => this.#showName());
    const files = byId("model-files", HTMLInputElement);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#load(() => namedSource(this.#name.value.trim()));
    });
    byId("model-folder", HTMLButtonElement).addEventListener("click", () => files.click());
    files.addEventListener("change", () => {
      const chosen = [...(files.files ?? [])];
      files.value = "";
      if (chosen.length > 0) void this.#load(() => folderSource(chosen));
    });
    // The menu closes on a press outside it.
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !this.#details.contains(target)) this.#details.open = false;
    });
    this.#showName();
  }

  #showName(): void {
    const { name } = this.#models.source;
    setText(byId("model", HTMLElement), name);
    this.#name.value = name;
  }

  /** Closes the menu. @returns whether it was open. */
  close(): boolean {
    if (!this.#details.open) return false;
    this.#details.open = false;
    byId("model", HTMLElement).focus();
    return true;
  }

  /** Loads the model at once, so that errors appear in the menu. */
  async #load(source: () => MusicSource): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#form.setAttribute("aria-busy", "true");
    this.#state.classList.remove("field-problem");
    setText(this.#state, "Loading");
    try {
      await this.#models.replace(source());
      setText(this.#state, "This model continues the music from here.");
    } catch (error) {
      const { message, hint } = problemOf(error);
      this.#state.classList.add("field-problem");
      setText(this.#state, `${message} ${hint}`);
    } finally {
      this.#isLoading = false;
      this.#form.removeAttribute("aria-busy");
    }
  }
}
