/** Accompaniment and infilling of the current piece. */
import type { GenerateTrackOptions, SamplingOptions } from "../src/index.ts";
import type { Settings } from "./controls/settings.ts";
import { byId, setText } from "./elements.ts";
import { accompany, type GeneratedPart, infill } from "./music/generated-parts.ts";
import type { Place } from "./music/branches.ts";
import type { PageModel } from "./load-music.ts";
import type { Music } from "./music/music.ts";
import type { RollView } from "./roll/roll-view.ts";
import type { Session } from "./session.ts";
import type { Status } from "./status.ts";
import { clock } from "./words.ts";

type Parts = Pick<Session, "playback" | "models" | "opener" | "branching" | "selection">;

export class WriteInView {
  readonly #session: Parts;
  readonly #settings: Settings;
  readonly #roll: RollView;
  readonly #status: Status;
  readonly #accompany = byId("accompany", HTMLButtonElement);
  readonly #fill = byId("fill", HTMLButtonElement);
  readonly #panel = byId("writing", HTMLElement);
  readonly #progress = byId("writing-progress", HTMLProgressElement);
  /** The running task. */
  #task: { readonly piece: Music; readonly abort: AbortController } | undefined;

  constructor(session: Parts, settings: Settings, roll: RollView, status: Status) {
    this.#session = session;
    this.#settings = settings;
    this.#roll = roll;
    this.#status = status;
    this.#accompany.addEventListener("click", () => void this.#generate("Accompanying", accompany));
    this.#fill.addEventListener("click", () => void this.#fillIn());
    byId("selected-close", HTMLButtonElement).addEventListener("click", () => {
      session.selection.span = undefined;
    });
    byId("writing-stop", HTMLButtonElement).addEventListener("click", () => this.#task?.abort.abort());
    this.#listen();
  }

  #listen(): void {
    const { playback, models, opener, selection } = this.#session;
    playback.stateChanged.listen(() => this.update());
    models.chosen.listen(() => this.update());
    selection.changed.listen(() => this.update());
    // Shows the buttons that the model supports. Loading errors are shown on first use.
    opener.shown.listen(() => {
      void models
        .load()
        .then(() => this.update())
        .catch(() => undefined);
    });
  }

  /** Ends the running task. @returns whether there is one. */
  close(): boolean {
    this.#task?.abort.abort();
    return this.#task !== undefined;
  }

  /** Shows the buttons of the tasks that are possible now. */
  update(): void {
    const { playback, models, selection } = this.#session;
    const { piece } = playback;
    if (this.#task && this.#task.piece !== piece) this.#task.abort.abort();
    const tasks = models.model?.facts.tasks ?? [];
    this.#accompany.hidden = !tasks.includes("accompany") || (piece?.primerLength ?? 0) === 0;
    this.#accompany.disabled = this.#task !== undefined;
    this.#fill.hidden = !tasks.includes("infill");
    this.#fill.disabled = this.#task !== undefined;
    const { span } = selection;
    byId("selected", HTMLElement).hidden = span === undefined;
    if (span) setText(byId("selected-span", HTMLElement), this.#roll.spanWords(span));
  }

  async #fillIn(): Promise<void> {
    await this.#generate("Filling in", (model, piece, options) => {
      const { span } = this.#session.selection;
      return span && infill(model, piece, span, options);
    });
  }

  async #generate(
    what: string,
    generate: (
      model: PageModel,
      piece: Music,
      options: GenerateTrackOptions,
    ) => Promise<GeneratedPart> | undefined,
  ): Promise<void> {
    const { playback, models, branching } = this.#session;
    const { piece } = playback;
    const options = this.#options();
    if (!piece || this.#task || !options) return;
    const abort = new AbortController();
    this.#task = { piece, abort };
    this.#status.clearProblem();
    this.#show(what);
    try {
      await playback.ready();
      const model = await models.load();
      playback.stop();
      const onProgress: GenerateTrackOptions["onProgress"] = ({ seconds, of }) =>
        this.#show(what, seconds, of);
      const result = await generate(model, piece, { ...options, onProgress, signal: abort.signal });
      this.#hide();
      if (!result) return;
      branching.branchTo(result.piece, this.#numbered(result.place));
      this.#roll.follow();
      await playback.play();
    } catch (error) {
      if (abort.signal.aborted) this.#status.say("Stopped; nothing has changed");
      else this.#status.showProblem(error);
    } finally {
      this.#hide();
    }
  }

  /** The takes of one passage are numbered: what was there is the first. */
  #numbered(place: Place): Place {
    if (place.joinSeconds === undefined) return place;
    const others = this.#session.playback.branches.list.filter(({ name }) =>
      name.startsWith(`${place.name}, `),
    );
    return { ...place, name: `${place.name}, take ${others.length + 2}` };
  }

  /** The options of the settings, with a random seed each time unless the seed is kept. */
  #options(): SamplingOptions | undefined {
    const options = this.#settings.read((bad) => bad.focus())?.options;
    return options && { ...options, seed: this.#settings.seed.forOneMore() };
  }

  #show(what: string, seconds = 0, of = 0): void {
    this.#panel.hidden = false;
    const text = of > 0 ? `${what}: ${clock(seconds)} of ${clock(of)}` : what;
    byId("writing-text", HTMLElement).textContent = text;
    Object.assign(this.#progress, { max: Math.max(of, 0.01), value: seconds });
    this.update();
  }

  #hide(): void {
    this.#panel.hidden = true;
    this.#task = undefined;
    this.update();
  }
}
