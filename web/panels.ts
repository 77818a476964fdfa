/** The panels of the page: what opens and closes without changing the music. */
import { byId } from "./elements.ts";

export function listenToPanels(): void {
  // An element that hides when pressed passes the focus to the piano roll.
  for (const id of ["follow", "why-close", "variations-close", "selected-close", "problem-close"]) {
    byId(id, HTMLButtonElement).addEventListener("click", () => byId("roll", HTMLCanvasElement).focus());
  }
  const sheet = byId("sheet", HTMLButtonElement);
  sheet.addEventListener("click", () => {
    sheet.setAttribute("aria-expanded", String(sheet.getAttribute("aria-expanded") !== "true"));
  });
  for (const id of ["note-input", "takes", "more"]) {
    const details = byId(id, HTMLDetailsElement);
    details.addEventListener("toggle", () => {
      if (details.open) details.scrollIntoView({ block: "nearest" });
    });
  }
  for (const id of ["settings", "more-settings"]) {
    byId(id, HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
  }
}
