/** Output of the piece: MIDI file, WAV file, link. */
import { PERFORMANCE_416, scoreFromNotes, writeMidi } from "../../src/index.ts";
import type { App } from "../app.ts";
import type { Settings } from "../controls/settings.ts";
import { byId } from "../elements.ts";
import { saveFile } from "../save-file.ts";
import type { ModelView } from "../model-view.ts";
import { namedSource } from "../music-model.ts";
import type { Status } from "../status.ts";
import { linkOf, LONGEST_LINK_SECONDS, readLink } from "./link.ts";

export class OutputView {
  readonly #app: App;
  readonly #settings: Settings;
  readonly #models: ModelView;
  readonly #status: Status;

  constructor(app: App, settings: Settings, models: ModelView, status: Status) {
    this.#app = app;
    this.#models = models;
    this.#settings = settings;
    this.#status = status;
    byId("save", HTMLButtonElement).addEventListener("click", () => this.#saveMidi());
    byId("save-wav", HTMLButtonElement).addEventListener("click", () => void this.#saveWav());
    byId("link", HTMLButtonElement).addEventListener("click", () => void this.#copyLink());
  }

  /** Shows the piece of the URL, if there is one. */
  async openAddress(): Promise<void> {
    try {
      const linked = await readLink(location.hash, PERFORMANCE_416);
      if (!linked) return;
      if (linked.model !== undefined) {
        await this.#app.chooseModel(namedSource(linked.model));
        this.#models.show();
      }
      this.#settings.write(linked.settings);
      if (linked.piece) this.#app.show(linked.piece, linked.piece.seconds);
      this.#status.say(linked.piece ? "A piece from a link" : "Settings from a link");
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  #saveMidi(): void {
    const notes = this.#app.piece?.finished();
    if (notes) saveFile(writeMidi(scoreFromNotes(notes)), "ostinato.mid", "audio/midi");
  }

  async #saveWav(): Promise<void> {
    const { piece } = this.#app;
    if (!piece) return;
    this.#status.say("Rendering");
    try {
      const { LONGEST_RENDER_SECONDS, renderWav } = await import("./render.ts");
      const notes = piece.finished().filter(({ endSeconds }) => endSeconds <= LONGEST_RENDER_SECONDS);
      const { samples } = await this.#app.startSound();
      saveFile(await renderWav(notes, samples), "ostinato.wav", "audio/wav");
      const isWhole = piece.seconds <= LONGEST_RENDER_SECONDS;
      this.#status.say(isWhole ? "Saved" : `Saved the first ${LONGEST_RENDER_SECONDS / 60} minutes`);
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  async #copyLink(): Promise<void> {
    const { piece } = this.#app;
    const settings = this.#settings.read();
    if (!piece || !settings) return;
    const { name, isPublic } = this.#app.modelSource;
    const { hash, hasIds } = await linkOf(piece, settings, isPublic ? name : undefined);
    const address = new URL(hash, location.href).href;
    history.replaceState(undefined, "", hash);
    const minutes = LONGEST_LINK_SECONDS / 60;
    const kind = hasIds
      ? "it contains the music"
      : `longer than ${minutes} minutes, so it contains only ${isPublic ? "the model, " : ""}the seed and the settings`;
    try {
      await navigator.clipboard.writeText(address);
      this.#status.say(`Link copied; ${kind}`);
    } catch {
      // If the clipboard is not allowed, the link is shown in the address bar.
      this.#status.say(`The link is in the address bar; ${kind}`);
    }
  }
}
