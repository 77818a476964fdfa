/** Accompaniment and infilling of the current piece. */
import type { WorkerMusicModel } from "../src/platform/browser/index.ts";
import type { GeneratedTrack, SamplingOptions, GenerateTrackOptions } from "../src/index.ts";
import type { Settings } from "./controls/settings.ts";
import { byId, setText } from "./elements.ts";
import type { Branch } from "./music/branches.ts";
import type { Piece } from "./music/piece.ts";
import { accompaniedPiece, infilledPiece, melodyOf, scoreOf } from "./music/piece-edits.ts";
import type { RollView } from "./roll/roll-view.ts";
import type { Session } from "./session.ts";
import type { Span } from "./sound/sound.ts";
import type { Status } from "./status.ts";
import { clock } from "./words.ts";

/** The new piece, and the branch that shows it. */
interface WrittenIn {
  readonly piece: Piece;
  readonly place: Pick<Branch, "name" | "forkSeconds" | "joinSeconds">;
}

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
  #under: { readonly piece: Piece; readonly abort: AbortController } | undefined;

  constructor(session: Parts, settings: Settings, roll: RollView, status: Status) {
    this.#session = session;
    this.#settings = settings;
    this.#roll = roll;
    this.#status = status;
    this.#accompany.addEventListener("click", () => void this.accompany());
    this.#fill.addEventListener("click", () => void this.fill());
    byId("selected-close", HTMLButtonElement).addEventListener("click", () => {
      session.selection.span = undefined;
    });
    byId("writing-stop", HTMLButtonElement).addEventListener("click", () => this.#under?.abort.abort());
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

  /** Shows the buttons of the tasks that are possible now. */
  update(): void {
    const { playback, models, selection } = this.#session;
    const { piece } = playback;
    if (this.#under && this.#under.piece !== piece) this.#under.abort.abort();
    const tasks = models.model?.facts.tasks ?? [];
    this.#accompany.hidden = !tasks.includes("accompany") || (piece?.primerLength ?? 0) === 0;
    this.#accompany.disabled = this.#under !== undefined;
    this.#fill.hidden = !tasks.includes("infill");
    this.#fill.disabled = this.#under !== undefined;
    const { span } = selection;
    byId("selected", HTMLElement).hidden = span === undefined;
    if (span) setText(byId("selected-span", HTMLElement), spanWords(span));
  }

  /** Adds an accompaniment to the primer. */
  accompany(): Promise<void> {
    return this.#write("Accompanying", async (model, piece, options) => {
      const melody = melodyOf(piece);
      const { score, seed } = await model.accompany(melody, options);
      const place = { name: `accompaniment, seed ${seed}`, forkSeconds: 0 };
      return { piece: accompaniedPiece(piece, melody, score), place };
    });
  }

  /** Replaces the selection with new music. */
  fill(): Promise<void> {
    return this.#write("Filling in", async (model, piece, options) => {
      const { span } = this.#session.selection;
      const region = span && onGrid(span);
      if (!region) return undefined;
      const before = scoreOf(piece);
      const { score, seed }: GeneratedTrack = await model.infill(before, { ...options, ...region });
      const { fromSeconds: forkSeconds, toSeconds: joinSeconds } = region;
      const place = { name: `${spanWords(region)} anew, seed ${seed}`, forkSeconds, joinSeconds };
      return { piece: infilledPiece(piece, region, before, score), place };
    });
  }

  async #write(
    what: string,
    write: (
      model: WorkerMusicModel,
      piece: Piece,
      options: GenerateTrackOptions,
    ) => Promise<WrittenIn | undefined>,
  ): Promise<void> {
    const { playback, models, branching, selection } = this.#session;
    const { piece } = playback;
    const options = this.#options();
    if (!piece || this.#under || !options) return;
    const abort = new AbortController();
    this.#under = { piece, abort };
    this.#status.clearProblem();
    this.#show(what);
    try {
      await playback.ready();
      const model = await models.load();
      playback.stop();
      const onProgress: GenerateTrackOptions["onProgress"] = ({ seconds, of }) =>
        this.#show(what, seconds, of);
      const result = await write(model, piece, { ...options, onProgress, signal: abort.signal });
      this.#hide();
      if (!result) return;
      branching.branchTo(result.piece, result.place);
      selection.span = undefined;
      this.#roll.follow();
      await playback.play();
    } catch (error) {
      if (abort.signal.aborted) this.#status.say("Stopped; nothing has changed");
      else this.#status.showProblem(error);
    } finally {
      this.#hide();
    }
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
    this.#under = undefined;
    this.update();
  }
}

/** A time span on the encoding's grid of 10 ms. */
function onGrid({ fromSeconds, toSeconds }: Span): Span {
  return { fromSeconds: Math.round(fromSeconds * 100) / 100, toSeconds: Math.round(toSeconds * 100) / 100 };
}

function spanWords({ fromSeconds, toSeconds }: Span): string {
  return `${clock(fromSeconds)}–${clock(toSeconds)}`;
}
