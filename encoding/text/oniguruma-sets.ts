/** The character sets and escapes that Oniguruma's regular expressions have names for. */

const WORD_IN_CLASS = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
/** Outside of a class `\w` also has the superscripts and fractions of Latin-1. */
const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u{b2}\u{b3}\u{b9}\u{bc}-\u{be}]`;

/** Shorthands outside of classes. */
export const SHORTHANDS: Readonly<Record<string, string>> = {
  w: WORD,
  W: `[^${WORD}]`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
  h: "[0-9A-Fa-f]",
  H: "[^0-9A-Fa-f]",
};

/** Shorthands in classes. */
export const CLASS_SHORTHANDS: Readonly<Record<string, string>> = {
  ...SHORTHANDS,
  w: WORD_IN_CLASS,
  W: `[^${WORD_IN_CLASS}]`,
};

/** Sets of `[:name:]`. */
const BRACKETS: Readonly<Record<string, string>> = {
  alnum: String.raw`[\p{Alphabetic}\p{Nd}]`,
  alpha: String.raw`\p{Alphabetic}`,
  ascii: String.raw`\p{ASCII}`,
  blank: String.raw`[\t\p{Zs}]`,
  cntrl: String.raw`\p{Cc}`,
  digit: String.raw`\p{Nd}`,
  graph: String.raw`[^\p{White_Space}\p{Cc}\p{Cn}\p{Cs}]`,
  lower: String.raw`\p{Lowercase}`,
  print: String.raw`[^\p{Cc}\p{Cn}\p{Cs}\u{2028}\u{2029}]`,
  punct: String.raw`[\p{P}\p{S}]`,
  space: String.raw`\p{White_Space}`,
  upper: String.raw`\p{Uppercase}`,
  word: WORD_IN_CLASS,
  xdigit: "[0-9A-Fa-f]",
};

/** The set `[:name:]` or `[:^name:]` that `rest` begins with, and its length there. */
export function bracketSet(
  rest: string,
  refuse: (what: string) => Error,
): { readonly set: string; readonly length: number } | undefined {
  const [found, not, name = ""] = /^\[:(\^?)(\w+):\]/.exec(rest) ?? [];
  if (found === undefined) return undefined;
  const set = Object.hasOwn(BRACKETS, name) ? BRACKETS[name] : undefined;
  if (set === undefined) throw refuse(found);
  return { set: not === "^" ? `[^${set}]` : set, length: found.length };
}

/** The set `p{Name}` or `P{Name}` that `rest` begins with, without its backslash, and its length there. */
export function propertySet(
  rest: string,
  isInClass: boolean,
  refuse: (what: string) => Error,
): { readonly set: string; readonly length: number } | undefined {
  const [found, kind, caret, name = ""] = /^([pP])\{(\^?)([\w -]+)\}/.exec(rest) ?? [];
  if (found === undefined) return undefined;
  const set = namedSet(name, isInClass);
  if (set === undefined) throw refuse(`\\${found}`);
  const isNegated = (kind === "P") !== (caret === "^");
  return { set: isNegated ? `[^${set}]` : set, length: found.length };
}

function namedSet(name: string, isInClass: boolean): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[ _-]/g, "");
  if (plain === "punct") return String.raw`\p{P}`;
  if (plain === "word") return isInClass ? WORD_IN_CLASS : WORD;
  if (Object.hasOwn(BRACKETS, plain)) return BRACKETS[plain];
  const capitalized = name.toLowerCase().replaceAll(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
  for (const each of [name, capitalized.replaceAll(/[ -]/g, "_")]) {
    for (const property of [each, `Script=${each}`]) {
      if (isProperty(property)) return `\\p{${property}}`;
    }
  }
  return undefined;
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, "u").unicode;
  } catch {
    return false;
  }
}

const CONTROLS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  a: "\u0007",
  e: "\u001b",
};

/** The character that `rest`, without its backslash, begins with, and the length of its escape. */
export function escapedCharacter(
  rest: string,
  refuse: (what: string) => Error,
): { readonly character: string; readonly length: number } {
  const [coded, braced, unicode, short] =
    /^(?:x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-7][0-9A-Fa-f]))/.exec(rest) ?? [];
  if (coded !== undefined) {
    const code = Number.parseInt(braced ?? unicode ?? short ?? "", 16);
    const isCharacter = code < 0xd800 || (code > 0xdfff && code < 0x110000);
    if (!isCharacter) throw refuse(`\\${coded}`);
    return { character: String.fromCodePoint(code), length: coded.length };
  }
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
  if (control !== undefined) return { character: control, length: 1 };
  if (rest === "" || /^[0-9A-Za-z]/.test(rest)) throw refuse(`\\${rest === "" ? "" : character}`);
  return { character, length: character.length };
}

/** A character as a pattern, inside and outside of classes. */
export function literal(character: string): string {
  return /[0-9A-Za-z]/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
