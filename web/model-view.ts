/** Menu for the music model: included, from the hub or the server, or a local folder. */
import type { App } from "./app.ts";
import { byId, setText } from "./elements.ts";
import { folderSource, type MusicSource, namedSource } from "./music-model.ts";
import { problemOf } from "./words.ts";

export class ModelView {
  readonly #app: App;
  readonly #details = byId("model-choice", HTMLDetailsElement);
  readonly #name = byId("model-name", HTMLInputElement);
  readonly #state = byId("model-state", HTMLElement);
  readonly #form = byId("model-form", HTMLFormElement);
  readonly #onUse: () => void;
  #isLoading = false;

  /** @param onUse called when another model has been loaded. */
  constructor(app: App, onUse: () => void) {
    this.#app = app;
    this.#onUse = onUse;
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
    this.show();
  }

  /** Shows the name of the current model. */
  show(): void {
    const { name } = this.#app.modelSource;
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
      await this.#app.useModel(source());
      setText(this.#state, "This model continues the music from here.");
      this.show();
      this.#onUse();
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
