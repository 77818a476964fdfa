/**
 * Characters that would control what shows them rather than be shown: those of ISO 6429 (U+0000–U+001F, U+007F–U+009F),
 * line separators, and overrides and isolates of the writing direction.
 */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const SHORT: Readonly<Record<string, string>> = {
  "\n": String.raw`\n`,
  "\r": String.raw`\r`,
  "\t": String.raw`\t`,
};

/** Line feed and tab, which only lay a text out. */
export const LAYOUT = "\n\t";

/**
 * Text that is safe on a terminal: control characters are written as JSON escapes, such as `\u001b`. What is JSON before
 * is JSON of the same value afterwards.
 *
 * @param kept characters to leave as they are.
 */
export function escapeControls(text: string, kept = ""): string {
  return text.replace(CONTROLS, (character) => {
    if (kept.includes(character)) return character;
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return SHORT[character] ?? String.raw`\u${code}`;
  });
}

/** Text that is safe on a page: control characters become their pictures, such as ␛, or U+FFFD; line feed and tab stay. */
export function pictureControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (LAYOUT.includes(character)) return character;
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}
