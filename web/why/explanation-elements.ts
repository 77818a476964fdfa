/** Elements of an explanation, of a note or of a token: candidates, heads and layers. */
import { element } from "../elements.ts";
import { headColor } from "../roll/colors.ts";

export interface ShownCandidate {
  readonly words: string;
  readonly probability: number;
  /** The probability as text. */
  readonly percent: string;
  readonly isChosen: boolean;
  /** What it decides: "which note", "when". */
  readonly kind?: string;
  readonly title?: string;
  readonly onPress: () => void;
}

/** A list item for each candidate, with a bar that is longest for the likeliest. */
export function candidateItems(candidates: readonly ShownCandidate[]): HTMLElement[] {
  const largest = Math.max(1e-9, ...candidates.map(({ probability }) => probability));
  return candidates.map(({ words, probability, percent, isChosen, kind, title, onPress }) => {
    const button = element("button", { type: "button", class: "candidate" });
    if (title !== undefined) button.title = title;
    if (isChosen) button.setAttribute("aria-current", "true");
    const bar = element("span", { class: "bar-fill", "aria-hidden": "true" });
    bar.style.width = `${Math.max(2, (100 * probability) / largest)}%`;
    if (kind) button.append(element("span", { class: "candidate-kind" }, kind));
    button.append(bar, element("span", { class: "candidate-words" }, words), element("span", {}, percent));
    button.addEventListener("click", () => {
      if (!isChosen) onPress();
    });
    const item = element("li");
    item.append(button);
    return item;
  });
}

/** A button for each attention head, in its color. */
export function headButtons(
  heads: number,
  isPressed: (head: number) => boolean,
  onPress: (head: number) => void,
): HTMLElement[] {
  return Array.from({ length: heads }, (_, head) => {
    const button = element("button", { type: "button", class: "head" }, String(head + 1));
    button.setAttribute("aria-pressed", String(isPressed(head)));
    button.setAttribute("aria-label", `head ${head + 1}`);
    button.style.setProperty("--head", headColor(head, heads));
    button.addEventListener("click", () => onPress(head));
    return button;
  });
}

/** Offers the layers of a model, and selects the last one. */
export function offerLayers(select: HTMLSelectElement, layers: number): void {
  select.replaceChildren(
    ...Array.from({ length: layers }, (_, layer) =>
      element("option", { value: String(layer) }, String(layer + 1)),
    ),
  );
  select.value = String(layers - 1);
}
