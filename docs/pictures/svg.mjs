/** What the documentation's pictures are made of. */
import { writeFileSync } from "node:fs";

export const INK = "#24292f";
export const FAINT = "#d8dee4";
export const NOTE = "#4f7cac";
export const ACCENT = "#c2571a";

export function box(x, y, width, height, fill) {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="1.5" fill="${fill}"/>`;
}

export function text(x, y, words, attributes = "") {
  const fill = attributes.includes("fill=") ? "" : ` fill="${INK}"`;
  return `<text x="${Math.round(x)}" y="${y}" ${attributes}${fill}>${words}</text>`;
}

/** On a ground of its own, so that it can be read on dark pages too. */
export function svg(width, height, parts) {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="ui-sans-serif, system-ui, sans-serif" font-size="11">\n` +
    `<rect width="100%" height="100%" rx="6" fill="#fff"/>\n${parts.filter(Boolean).join("\n")}\n</svg>\n`
  );
}

export function save(name, picture) {
  writeFileSync(new URL(`${name}.svg`, import.meta.url), picture);
}
