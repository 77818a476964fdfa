/** The few things the page needs of the DOM. Text may come from a file: its control characters are shown as pictures. */
import { pictureControls } from "../src/tools/control-characters.ts";

/** A new element with attributes and text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  text?: string,
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  if (text !== undefined) created.textContent = pictureControls(text);
  return created;
}

/** The element of the page with this id, which is of this kind. */
export function byId<E extends HTMLElement>(id: string, kind: abstract new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`the page has no ${kind.name} #${id}`);
}

/** Text that is set many times a second; the page is touched only where it is another. */
export function setText(of: HTMLElement, text: string): void {
  const shown = pictureControls(text);
  if (of.textContent !== shown) of.textContent = shown;
}
