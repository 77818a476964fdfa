/** The choice of the music model, in the drawer: included, from the hub or the server, or a local folder. */
import { byId, setText } from "./elements.ts";
import type { MusicSource } from "./model-holder.ts";
import { folderSource, namedSource } from "./music-model.ts";
import type { Session } from "./session.ts";
import { problemOf } from "./words.ts";

export class ModelView {
  readonly #models: Session["models"];
  readonly #details = byId("more", HTMLDetailsElement);
  readonly #name = byId("model-name", HTMLInputElement);
  readonly #state = byId("model-state", HTMLElement);
  readonly #form = byId("model-form", HTMLFormElement);
  #isLoading = false;

  constructor({ models }: Pick<Session, "models">) {
    this.#models = models;
    models.chosen.listen(() => this.#showName());
    models.ready.listen(({ facts: { backend, threads } }) => {
      const words =
        backend === "wasm" ? `WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}` : "WebGPU";
      setText(byId("model-facts", HTMLElement), words);
    });
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
    this.#showName();
  }

  #showName(): void {
    const { name } = this.#models.source;
    setText(byId("model", HTMLElement), name);
    this.#name.value = name;
  }

  /** Closes the drawer if the focus is in it. @returns whether it was. */
  close(): boolean {
    if (!this.#details.open || !this.#details.contains(document.activeElement)) return false;
    this.#details.open = false;
    this.#details.querySelector("summary")?.focus();
    return true;
  }

  /** Loads the model at once, so that errors appear next to it. */
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
