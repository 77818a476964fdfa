/** The branches of a piece as tabs. */
import { byId, element } from "./elements.ts";
import type { Session } from "./session.ts";

export class BranchTabs {
  readonly #session: Pick<Session, "playback" | "branching">;
  readonly #nav = byId("branches", HTMLElement);
  #shown = "";

  constructor(session: Pick<Session, "playback" | "branching">) {
    this.#session = session;
  }

  /** Updates the tabs. */
  update(): void {
    const { playback, branching } = this.#session;
    const { list, current } = playback.branches;
    this.#nav.hidden = list.length < 2;
    // Runs on every event, so the DOM is changed only where the content differs.
    const shown = list.map((branch) => `${branch.name}${branch === current ? "*" : ""}`).join("\n");
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#nav.replaceChildren(
      ...list.map((branch) => {
        const isCurrent = branch === current;
        const tab = element("span", { class: "branch" });
        const button = element("button", { type: "button", "aria-pressed": String(isCurrent) }, branch.name);
        button.addEventListener("click", () => branching.select(branch));
        tab.append(button);
        if (branch.parent) {
          const close = element(
            "button",
            { type: "button", class: "quiet", title: "delete this branch" },
            "×",
          );
          close.setAttribute("aria-label", `delete branch ${branch.name}`);
          close.addEventListener("click", () => branching.remove(branch));
          tab.append(close);
        }
        return tab;
      }),
    );
    this.#nav.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
