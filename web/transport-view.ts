/** The transport: the buttons that start, stop, loop, select and follow the music. */
import type { Settings } from "./controls/settings.ts";
import { byId } from "./elements.ts";
import type { PlayerState } from "./music/player.ts";
import type { RollView } from "./roll/roll-view.ts";
import type { Session } from "./session.ts";
import type { TaskRunner } from "./task-runner.ts";

type Parts = Pick<Session, "playback" | "opener" | "branching" | "selection" | "loop">;

export class TransportView {
  readonly #session: Parts;
  readonly #settings: Settings;
  readonly #roll: RollView;
  readonly #tasks: TaskRunner;
  readonly #begin = byId("begin", HTMLButtonElement);
  readonly #play = byId("play", HTMLButtonElement);
  readonly #fromHere = byId("from-here", HTMLButtonElement);
  readonly #follow = byId("follow", HTMLButtonElement);

  constructor(session: Parts, settings: Settings, roll: RollView, tasks: TaskRunner) {
    this.#session = session;
    this.#settings = settings;
    this.#roll = roll;
    this.#tasks = tasks;
    this.#listenToButtons();
    this.#listenToSession();
  }

  /** Moves the focus to the Play button. */
  focus(): void {
    this.#play.focus();
  }

  #listenToButtons(): void {
    const { playback, selection, loop } = this.#session;
    this.#begin.addEventListener("click", () => void this.#tasks.run(() => playback.playNew()));
    this.#play.addEventListener("click", () => void this.#tasks.run(() => playback.toggle()));
    this.#follow.addEventListener("click", () => this.#roll.follow());
    onClick("new", () => void this.#tasks.run(() => this.#startNewPiece()));
    onClick("from-here", () => void this.#tasks.run(() => this.#continueFromHere()));
    onClick("again", () => {
      playback.seek(0);
      this.#roll.follow();
    });
    onClick("loop", () => {
      loop.isOn = !loop.isOn;
    });
    onClick("select", () => {
      selection.isSelecting = !selection.isSelecting;
    });
  }

  #listenToSession(): void {
    const { playback, opener, selection, loop } = this.#session;
    this.#tasks.changed.listen(() => {
      this.#begin.disabled = this.#tasks.isRunning;
    });
    playback.stateChanged.listen((state) => this.#showState(state));
    opener.shown.listen(() => this.#show());
    loop.changed.listen(() => setPressed("loop", loop.isOn));
    selection.changed.listen(() => setPressed("select", selection.isSelecting));
    this.#roll.drawn.listen(() => {
      this.#follow.hidden = this.#roll.isFollowing || playback.piece === undefined;
      const { piece, seconds } = playback;
      // Behind the primer, Play carries on anyway.
      this.#fromHere.hidden = !piece || seconds <= 0 || seconds >= piece.primerSeconds - 0.05;
    });
  }

  async #continueFromHere(): Promise<void> {
    const { playback, branching } = this.#session;
    const { seconds } = playback;
    await playback.ready();
    playback.stop();
    branching.continueFrom(seconds);
    this.#roll.follow();
    await playback.play();
    byId("roll", HTMLElement).focus();
  }

  async #startNewPiece(): Promise<void> {
    const { playback, selection, loop } = this.#session;
    playback.history.record();
    this.#settings.seed.next();
    // A new piece is empty, so nothing can be looped.
    loop.isOn = false;
    selection.span = undefined;
    this.#roll.follow();
    await playback.playNew();
  }

  /** Shows the controls that need a piece. */
  #show(): void {
    byId("welcome", HTMLElement).hidden = true;
    for (const id of ["transport", "out", "one-hot"]) byId(id, HTMLElement).hidden = false;
  }

  #showState(state: PlayerState): void {
    this.#show();
    this.#play.textContent = state === "idle" ? "Play" : "Pause";
    if (state === "waiting" && document.activeElement === document.body) this.focus();
  }
}

function onClick(id: string, action: () => void): void {
  byId(id, HTMLButtonElement).addEventListener("click", action);
}

function setPressed(id: string, isPressed: boolean): void {
  byId(id, HTMLButtonElement).setAttribute("aria-pressed", String(isPressed));
}
