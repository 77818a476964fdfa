import { pictureControls } from "../control-characters.ts";

/** Escapes a text for use between tags and in quoted attributes of HTML. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return pictureControls(text).replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
