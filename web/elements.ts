/** DOM helpers. Text may come from files, so its control characters are replaced by visible symbols. */
import { pictureControls } from "../src/tools/control-characters.ts";

/** Creates an element with attributes and text. */
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

/** Returns the element with this id. @throws TypeError if it does not exist or has another class. */
export function byId<E extends HTMLElement>(id: string, kind: abstract new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`the page has no ${kind.name} #${id}`);
}

/** Sets the text of an element. The DOM is changed only if the text differs. */
export function setText(of: HTMLElement, text: string): void {
  const shown = pictureControls(text);
  if (of.textContent !== shown) of.textContent = shown;
}
