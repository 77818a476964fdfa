/** What a damaged or hostile file holds, made short enough for an error message. */

const LONGEST = 80;

/** A value as JSON. `JSON.stringify` itself fails on one that is nested too deep. */
export function shown(value: unknown): string {
  try {
    return cut(JSON.stringify(value) ?? "undefined");
  } catch {
    return "something nested too deep to be shown";
  }
}

/** Sizes, as in `[2, 3]`. */
export function shownSizes(sizes: readonly number[]): string {
  return cut(`[${sizes.slice(0, LONGEST).join(", ")}]`);
}

/** A name, in quotes. */
export function shownName(name: string): string {
  return `"${cut(name)}"`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
