/** Opens the piece, the settings and the model of the page's URL. */
import { PERFORMANCE_416 } from "../../encoding/index.ts";
import type { Settings } from "../controls/settings.ts";
import { namedSource } from "../music-model.ts";
import { readLink } from "../output/link.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";

export class LinkOpener {
  readonly #session: Pick<Session, "models" | "opener">;
  readonly #settings: Settings;
  readonly #status: Status;

  constructor(session: Pick<Session, "models" | "opener">, settings: Settings, status: Status) {
    this.#session = session;
    this.#settings = settings;
    this.#status = status;
    window.addEventListener("hashchange", () => void this.open());
  }

  /** Shows the piece of the URL, if there is one. */
  async open(): Promise<void> {
    const { models, opener } = this.#session;
    try {
      const linked = await readLink(location.hash, PERFORMANCE_416);
      // `?model=` names a model without a piece.
      const model = linked?.model ?? new URLSearchParams(location.search).get("model");
      if (model) await models.choose(namedSource(model));
      if (!linked) return;
      this.#settings.write(linked.settings);
      if (linked.piece) opener.show(linked.piece, linked.piece.seconds);
      this.#status.say(linked.piece ? "A piece from a link" : "Settings from a link");
    } catch (error) {
      this.#status.showProblem(error);
    }
  }
}
