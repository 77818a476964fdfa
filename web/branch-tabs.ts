/** The branches of a piece as tabs. */
import type { App } from "./app.ts";
import { byId, element } from "./elements.ts";

export class BranchTabs {
  readonly #app: App;
  readonly #nav = byId("branches", HTMLElement);
  #shown = "";

  constructor(app: App) {
    this.#app = app;
  }

  /** Updates the tabs. */
  update(): void {
    const { list, current } = this.#app.branches;
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
        button.addEventListener("click", () => this.#app.select(branch));
        tab.append(button);
        if (branch.parent) {
          const close = element(
            "button",
            { type: "button", class: "quiet", title: "delete this branch" },
            "×",
          );
          close.setAttribute("aria-label", `delete branch ${branch.name}`);
          close.addEventListener("click", () => this.#app.remove(branch));
          tab.append(close);
        }
        return tab;
      }),
    );
    this.#nav.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
