/** Keys of the whole page: Space plays and pauses, Escape closes or pauses. */
import { byId } from "./elements.ts";
import type { Playback } from "./music/playback.ts";
import type { TaskRunner } from "./task-runner.ts";

export interface ShortcutTargets {
  readonly playback: Playback;
  readonly tasks: TaskRunner;
  /** What Escape closes, in this order. */
  readonly closable: readonly { close(): boolean }[];
  /** The focus after Escape has paused. */
  readonly focusAfterPause: { focus(): void };
}

export function listenToShortcuts({ playback, tasks, closable, focusAfterPause }: ShortcutTargets): void {
  document.addEventListener("keydown", (event) => {
    const isOnControl =
      event.target instanceof HTMLElement && event.target.closest("input, button, select, summary, a");
    if (byId("music", HTMLElement).hidden) return;
    if (event.key === " " && !isOnControl) {
      event.preventDefault();
      void tasks.run(() => playback.toggle());
    }
    if (event.key !== "Escape" || closable.some((panel) => panel.close())) return;
    if (playback.state === "idle") return;
    playback.stop();
    focusAfterPause.focus();
  });
}
