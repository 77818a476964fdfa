/** The keys of the page. Letters are physical keys that play no note (`input/computer-keys.ts`). */

export type Shortcut =
  | "play"
  | "close"
  | "loop"
  | "select"
  | "nextTake"
  | "formerTake"
  | "undo"
  | "redo"
  | "help";

/** What has the focus: a text field, a list that letters choose from, or anything else. */
export type Focus = "text" | "list" | "other";

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat">;

const LETTERS: Readonly<Record<string, Shortcut>> = { KeyR: "loop", KeyX: "select", KeyN: "nextTake" };

/** The shortcut of a key press. */
export function shortcutOf(pressed: Pressed, focus: Focus): Shortcut | undefined {
  const { key, code, shiftKey } = pressed;
  const isWithCommand = pressed.ctrlKey || pressed.metaKey;
  if (pressed.altKey) return undefined;
  if (key === "Escape" && !isWithCommand) return "close";
  if (focus === "text") return undefined;
  // Of Ctrl+Z the letter counts, as everywhere.
  if (isWithCommand) {
    const letter = key.toLowerCase();
    if (letter === "y") return "redo";
    if (letter !== "z") return undefined;
    return shiftKey ? "redo" : "undo";
  }
  if (key === " ") return "play";
  if (key === "?") return "help";
  if (focus === "list" || pressed.repeat) return undefined;
  return code === "KeyN" && shiftKey ? "formerTake" : LETTERS[code];
}

/** Input types that take no text. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(["button", "checkbox", "color", "file", "radio", "range"]);

export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return "other";
  if (target instanceof HTMLSelectElement) return "list";
  const isField =
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !WITHOUT_TEXT.has(target.type));
  return isField || target.isContentEditable ? "text" : "other";
}
