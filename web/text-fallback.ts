/** Opens the Text tab if the music model is not available. The error stays visible on the Piano tab. */
import { CheckpointError } from "../models/errors.ts";
import { checkModel } from "./music-model.ts";
import type { Session } from "./session.ts";
import type { Status } from "./status.ts";

export class TextFallback {
  readonly #session: Pick<Session, "models" | "playback">;
  readonly #status: Status;
  readonly #openTab: () => void;

  constructor(session: Pick<Session, "models" | "playback">, status: Status, openTab: () => void) {
    this.#session = session;
    this.#status = status;
    this.#openTab = openTab;
  }

  /** Checks whether the model exists, without loading it. With a piece, as of a link, the Piano tab stays open. */
  async check(): Promise<void> {
    const { models, playback } = this.#session;
    try {
      if (!models.model) await checkModel(models.source);
    } catch (error) {
      // Where the server fails for now, loading the model tries again.
      if (playback.piece || !(error instanceof CheckpointError)) return;
      this.#status.showProblem(error);
      this.#open();
    }
  }

  /** Call it when a task has failed. */
  handle(error: unknown): void {
    if (error instanceof CheckpointError && !this.#session.models.model) this.#open();
  }

  #open(): void {
    this.#openTab();
    this.#status.say("The piano model cannot be loaded; the text model is available");
  }
}
