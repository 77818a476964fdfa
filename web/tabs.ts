/** The Piano and Text tabs. The code of the Text tab is loaded when it is first opened. */
import { byId, setText } from "./elements.ts";

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
      void openText().catch(() => {
        isTextThere = false;
        setText(
          byId("text-state", HTMLElement),
          "The Text tab could not be loaded. Check the connection, then open it again.",
        );
      });
    });
  }
}

/** The button that writes does so only once the code is there. */
async function openText(): Promise<void> {
  const { showText } = await import("./text/text-view.ts");
  showText();
  byId("write", HTMLButtonElement).disabled = false;
}
