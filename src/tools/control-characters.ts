/**
 * Control characters: those of ISO 6429 (U+0000–U+001F, U+007F–U+009F), line separators, and overrides and isolates of the writing
 * direction.
 */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const SHORT: Readonly<Record<string, string>> = {
  "\n": String.raw`\n`,
  "\r": String.raw`\r`,
  "\t": String.raw`\t`,
};

/** Line feed and tab, which affect the layout only. */
export const LAYOUT = "\n\t";

/**
 * Makes a text safe for a terminal: control characters become JSON escapes, such as `\u001b`. JSON stays JSON of the same value.
 *
 * @param kept characters that stay unchanged.
 */
export function escapeControls(text: string, kept = ""): string {
  return text.replace(CONTROLS, (character) => {
    if (kept.includes(character)) return character;
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return SHORT[character] ?? String.raw`\u${code}`;
  });
}

/** Makes a text safe for a page: control characters become their pictures, such as ␛, or U+FFFD; line feed and tab stay. */
export function pictureControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (LAYOUT.includes(character)) return character;
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}
