/** Keys of the whole page, whatever has the focus; see the help on the page (`?`). */
import { byId } from "./elements.ts";
import type { Settings } from "./controls/settings.ts";
import type { Session } from "./session.ts";
import { focusOf, type Shortcut, shortcutOf } from "./shortcut-keys.ts";
import type { Status } from "./status.ts";
import type { TaskRunner } from "./task-runner.ts";

export interface ShortcutTargets {
  readonly session: Pick<Session, "playback" | "branching" | "loop" | "selection">;
  readonly settings: Settings;
  readonly status: Status;
  readonly tasks: TaskRunner;
  /** What Escape closes: only the first that is open. */
  readonly closable: readonly { close(): boolean }[];
  /** The focus after Escape has paused. */
  readonly focusAfterPause: { focus(): void };
}

export function listenToShortcuts(targets: ShortcutTargets): void {
  const { session, settings, status, tasks, closable, focusAfterPause } = targets;
  const { playback, branching, loop, selection } = session;
  const { history } = playback;
  history.add(() => settings.keep());
  // A change of the settings begins with the focus or a press there.
  for (const type of ["focusin", "pointerdown"]) {
    for (const id of ["settings", "more-settings"])
      byId(id, HTMLFormElement).addEventListener(type, () => history.hold(), true);
  }
  settings.generationChanged.listen(() => history.commit());
  const help = byId("help", HTMLDialogElement);
  byId("help-open", HTMLButtonElement).addEventListener("click", () => help.showModal());

  const take = (step: number): void => {
    if (!branching.next(step)) status.say("There is one take: Fill in and Variations make others");
  };
  const actions: Readonly<Record<Shortcut, () => void>> = {
    play: () => void tasks.run(() => playback.toggle()),
    close: () => {
      if (closable.some((panel) => panel.close()) || playback.state === "idle") return;
      playback.stop();
      focusAfterPause.focus();
    },
    loop: () => {
      if (playback.piece) loop.isOn = !loop.isOn;
    },
    select: () => {
      if (playback.piece) selection.isSelecting = !selection.isSelecting;
    },
    nextTake: () => take(1),
    formerTake: () => take(-1),
    undo: () => status.say(history.undo() ? "Undone" : "Nothing to undo"),
    redo: () => status.say(history.redo() ? "Done again" : "Nothing to do again"),
    help: () => help.showModal(),
  };
  /** A modal dialog has its own keys. */
  const shortcut = (event: KeyboardEvent): Shortcut | undefined =>
    byId("music", HTMLElement).hidden || document.querySelector("dialog[open]")
      ? undefined
      : shortcutOf(event, focusOf(event.target));
  document.addEventListener(
    "keydown",
    (event) => {
      const { target } = event;
      // Space, which plays, would be the only key that checks a box.
      if (event.key === "Enter" && target instanceof HTMLInputElement && target.type === "checkbox")
        target.click();
      const name = shortcut(event);
      if (!name) return;
      if (name !== "close") event.preventDefault();
      if (name === "play") event.stopPropagation();
      if (!event.repeat) actions[name]();
    },
    true,
  );
  // In Firefox, a button is pressed when Space goes up.
  document.addEventListener(
    "keyup",
    (event) => {
      if (shortcut(event) === "play") event.preventDefault();
    },
    true,
  );
}
