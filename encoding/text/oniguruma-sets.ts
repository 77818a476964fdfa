/** The named character sets and the escapes of Oniguruma's regular expressions. */

/** Characters, in the syntax of a bracketed class, or all but these. */
export interface CharacterSet {
  readonly members: string;
  readonly isNegated: boolean;
}

/** A pattern for one character of a set. */
export function atomOf({ members, isNegated }: CharacterSet): string {
  return `[${isNegated ? "^" : ""}${members}]`;
}

function setOf(members: string, isNegated = false): CharacterSet {
  return { members, isNegated };
}

const WORD_IN_CLASS = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}`;
/** Outside of a class `\w` also has the superscripts and fractions of Latin-1. */
export const WORD = setOf(String.raw`${WORD_IN_CLASS}\u{b2}\u{b3}\u{b9}\u{bc}-\u{be}`);

/** The members of `\d`, `\s` and `\h`. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  d: String.raw`\p{Nd}`,
  s: String.raw`\p{White_Space}`,
  h: "0-9A-Fa-f",
};

/** The set of `\w`, `\D` and the like, given the letter. */
export function shorthandSet(letter: string, isInClass: boolean): CharacterSet | undefined {
  const kind = letter.toLowerCase();
  const word = isInClass ? WORD_IN_CLASS : WORD.members;
  const members = kind === "w" ? word : Object.hasOwn(SHORTHANDS, kind) ? SHORTHANDS[kind] : undefined;
  return members === undefined ? undefined : setOf(members, letter !== kind);
}

/** Sets of `[:name:]`. */
const BRACKETS: Readonly<Record<string, CharacterSet>> = {
  alnum: setOf(String.raw`\p{Alphabetic}\p{Nd}`),
  alpha: setOf(String.raw`\p{Alphabetic}`),
  ascii: setOf(String.raw`\p{ASCII}`),
  blank: setOf(String.raw`\t\p{Zs}`),
  cntrl: setOf(String.raw`\p{Cc}`),
  digit: setOf(String.raw`\p{Nd}`),
  graph: setOf(String.raw`\p{White_Space}\p{Cc}\p{Cn}\p{Cs}`, true),
  lower: setOf(String.raw`\p{Lowercase}`),
  print: setOf(String.raw`\p{Cc}\p{Cn}\p{Cs}\u{2028}\u{2029}`, true),
  punct: setOf(String.raw`\p{P}\p{S}`),
  space: setOf(String.raw`\p{White_Space}`),
  upper: setOf(String.raw`\p{Uppercase}`),
  word: setOf(WORD_IN_CLASS),
  xdigit: setOf("0-9A-Fa-f"),
};

/** A set, and the length of its name in the pattern. */
export interface FoundSet {
  readonly set: CharacterSet;
  readonly length: number;
}

/** The set `[:name:]` or `[:^name:]` that `rest` begins with. */
export function bracketSet(rest: string, refuse: (what: string) => Error): FoundSet | undefined {
  const [found, not, name = ""] = /^\[:(\^?)(\w+):\]/.exec(rest) ?? [];
  if (found === undefined) return undefined;
  const set = Object.hasOwn(BRACKETS, name) ? BRACKETS[name] : undefined;
  if (set === undefined) throw refuse(found);
  return { set: negatedIf(not === "^", set), length: found.length };
}

/** The set `p{Name}` or `P{Name}` that `rest` begins with, without its backslash. */
export function propertySet(
  rest: string,
  isInClass: boolean,
  refuse: (what: string) => Error,
): FoundSet | undefined {
  const [found, kind, caret, name = ""] = /^([pP])\{(\^?)([\w -]+)\}/.exec(rest) ?? [];
  if (found === undefined) return undefined;
  const set = namedSet(name, isInClass);
  if (set === undefined) throw refuse(`\\${found}`);
  const isNegated = (kind === "P") !== (caret === "^");
  return { set: negatedIf(isNegated, set), length: found.length };
}

function negatedIf(isNegated: boolean, set: CharacterSet): CharacterSet {
  return isNegated ? { ...set, isNegated: !set.isNegated } : set;
}

function namedSet(name: string, isInClass: boolean): CharacterSet | undefined {
  const plain = name.toLowerCase().replaceAll(/[ _-]/g, "");
  if (plain === "punct") return setOf(String.raw`\p{P}`);
  if (plain === "word") return isInClass ? setOf(WORD_IN_CLASS) : WORD;
  if (Object.hasOwn(BRACKETS, plain)) return BRACKETS[plain];
  const capitalized = name.toLowerCase().replaceAll(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
  for (const each of [name, capitalized.replaceAll(/[ -]/g, "_")]) {
    for (const property of [each, `Script=${each}`]) {
      if (isProperty(property)) return setOf(`\\p{${property}}`);
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
