/** The Piano and Text tabs. The code of the Text tab is loaded when it is first opened. */
import { byId } from "./elements.ts";

const NAMES = ["piano", "text"] as const;

/** Opens the Text tab. */
export function openTextTab(): void {
  byId("tab-text", HTMLButtonElement).click();
}

/** Opens the tab with the music. */
export function openMusicTab(): void {
  byId("tab-piano", HTMLButtonElement).click();
}

/** @param onLeave called when the Piano tab is left. */
export function listenToTabs(onLeave: () => void): void {
  let isTextThere = false;
  for (const name of NAMES) {
    byId(`tab-${name}`, HTMLButtonElement).addEventListener("click", () => {
      for (const other of NAMES)
        byId(`tab-${other}`, HTMLElement).setAttribute("aria-pressed", String(other === name));
      const isText = name === "text";
      byId("text", HTMLElement).hidden = !isText;
      byId("music", HTMLElement).hidden = isText;
      byId("bottom", HTMLElement).hidden = isText;
      byId("figures", HTMLElement).hidden = isText;
      if (!isText) return;
      onLeave();
      if (isTextThere) return;
      isTextThere = true;
      void import("./text/text-view.ts").then(({ showText }) => showText());
    });
  }
}
