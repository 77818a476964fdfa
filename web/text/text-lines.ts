/** Draws attention between words: lines from the position of the query to the tokens it attends to. */
import { byId } from "../elements.ts";
import { arcWidth } from "../roll/arcs.ts";

const LINES = 24;
const LEAST = 0.015;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param tokens contains an element for each token.
 * @param weights one for each token before the chosen one, ending with the token directly before it.
 */
export function drawTextLines(
  tokens: HTMLElement,
  chosen: number | undefined,
  weights: Float32Array | undefined,
  color: string,
): void {
  const lines = byId("page", HTMLElement).querySelector("svg");
  const target = chosen === undefined ? undefined : tokens.children[chosen];
  lines?.replaceChildren();
  if (!lines || !target || !weights || chosen === undefined) return;
  const frame = lines.getBoundingClientRect();
  const [toX, toY] = topOf(target, frame);
  const first = chosen - weights.length;
  const heaviest = Array.from(weights, (weight, index) => ({ weight, at: first + index }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, LINES);
  for (const { weight, at } of heaviest) {
    const source = tokens.children[at];
    if (weight < LEAST || !source) continue;
    const [x, y] = topOf(source, frame);
    const rise = Math.min(y, toY) - 8 - Math.min(28, Math.abs(toX - x) / 12);
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", `M${toX} ${toY}C${toX} ${rise} ${x} ${rise} ${x} ${y}`);
    path.setAttribute("fill", "none");
    path.setAttribute("stroke", color);
    path.setAttribute("stroke-width", arcWidth(weight).toFixed(2));
    path.setAttribute("stroke-opacity", (0.3 + 0.6 * Math.sqrt(weight)).toFixed(2));
    path.setAttribute("stroke-linecap", "round");
    lines.append(path);
  }
}

function topOf(token: Element, frame: DOMRect): readonly [number, number] {
  const [box = token.getBoundingClientRect()] = token.getClientRects();
  return [box.left + box.width / 2 - frame.left, box.top + 2 - frame.top];
}
