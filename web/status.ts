/** Status line: state, speed and errors. */
import type { DownloadProgress } from "../src/platform/browser/index.ts";
import { byId, setText } from "./elements.ts";
import type { PlayerState } from "./music/player.ts";
import type { Session } from "./session.ts";
import { clock, megabytes, problemOf } from "./words.ts";

const STATES: Readonly<Record<PlayerState, string>> = {
  waiting: "Composing",
  playing: "Playing",
  idle: "Paused",
};

export class Status {
  readonly #session: Pick<Session, "playback" | "models">;
  readonly #loading = byId("loading", HTMLProgressElement);
  readonly #invitation = byId("invitation", HTMLElement);
  readonly #problem = byId("problem", HTMLElement);

  readonly #welcome = this.#invitation.textContent ?? "";
  #remedy: (() => void) | undefined;
  /** Status texts before and during loading. */
  #saidBefore = "";
  #saidOfLoading = "";

  constructor(session: Pick<Session, "playback" | "models">) {
    this.#session = session;
    byId("problem-remedy", HTMLButtonElement).addEventListener("click", () => this.#remedy?.());
    byId("problem-close", HTMLButtonElement).addEventListener("click", () => this.clearProblem());
    const { playback, models } = session;
    models.progress.listen((progress) => this.#showProgress(progress));
    models.settled.listen(() => this.#showLoaded());
    playback.stateChanged.listen((state) => this.#showState(state));
    playback.failed.listen((error) => this.showProblem(error));
    setInterval(() => this.#showFigures(), 500);
  }

  #showProgress({ file, loadedBytes, totalBytes }: DownloadProgress): void {
    if (!file.startsWith("model")) return;
    this.#loading.hidden = false;
    if (totalBytes === undefined) this.#loading.removeAttribute("value");
    else Object.assign(this.#loading, { max: totalBytes, value: loadedBytes });
    const said = byId("state", HTMLElement).textContent ?? "";
    if (said !== this.#saidOfLoading) this.#saidBefore = said;
    this.#saidOfLoading =
      loadedBytes === totalBytes
        ? "Starting the model"
        : `Loading the model: ${megabytes(loadedBytes, totalBytes)}`;
    this.#invitation.textContent = this.#saidOfLoading;
    this.say(this.#saidOfLoading);
  }

  /** The model has been loaded, or its loading has failed. */
  #showLoaded(): void {
    this.#loading.hidden = true;
    this.#invitation.textContent = this.#welcome;
    if (byId("state", HTMLElement).textContent === this.#saidOfLoading) this.say(this.#saidBefore);
  }

  #showState(state: PlayerState): void {
    this.#loading.hidden = true;
    this.say(STATES[state]);
    this.#showFigures();
  }

  say(text: string): void {
    setText(byId("state", HTMLElement), text);
  }

  /** @param remedy a button that solves the problem. */
  showProblem(error: unknown, remedy?: { readonly label: string; readonly run: () => void }): void {
    const { message, hint, details } = problemOf(error);
    byId("problem-message", HTMLElement).textContent = message;
    byId("problem-hint", HTMLElement).textContent = hint;
    byId("problem-details", HTMLDetailsElement).hidden = details === undefined;
    byId("problem-cause", HTMLElement).textContent = details ?? "";
    this.#problem.hidden = false;
    const button = byId("problem-remedy", HTMLButtonElement);
    button.hidden = remedy === undefined;
    button.textContent = remedy?.label ?? "";
    this.#remedy = remedy?.run;
    this.#loading.hidden = true;
    this.#invitation.textContent = this.#welcome;
    this.say("");
  }

  clearProblem(): void {
    this.#problem.hidden = true;
  }

  /** Closes the error message. @returns whether it was open. */
  close(): boolean {
    const wasOpen = !this.#problem.hidden;
    this.clearProblem();
    return wasOpen;
  }

  #showFigures(): void {
    const { player, piece, seconds } = this.#session.playback;
    if (!piece) return;
    const place = `at ${clock(Math.min(seconds, piece.seconds))} of ${clock(piece.seconds)}`;
    const label = `Piano roll: ${piece.notes.length} notes, ${place}`;
    byId("roll", HTMLCanvasElement).setAttribute("aria-label", label);
    if (!player) return;
    const parts: string[] = [];
    const { timesRealTime: speed } = player;
    if (speed !== undefined) parts.push(`${speed.toFixed(speed < 2 ? 1 : 0)} × real time`);
    parts.push(`${Math.max(0, player.aheadSeconds).toFixed(0)} s ahead`);
    setText(byId("figures", HTMLElement), parts.join(" · "));
  }
}
