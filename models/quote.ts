/** Quotes contents of a damaged or hostile file in error messages, truncated to 80 characters. */

const LONGEST = 80;

/** A value as JSON. `JSON.stringify` throws for a value that is nested too deep. */
export function quoteValue(value: unknown): string {
  try {
    return truncate(JSON.stringify(value) ?? "undefined");
  } catch {
    return "a value nested too deep to print";
  }
}

/** A shape, as in `[2, 3]`. */
export function quoteShape(sizes: readonly number[]): string {
  return truncate(`[${sizes.slice(0, LONGEST).join(", ")}]`);
}

/** A name, in quotes. */
export function quoteName(name: string): string {
  return `"${truncate(name)}"`;
}

function truncate(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
