/**
 * Translates Oniguruma's regular expressions (its Ruby syntax, in UTF-8; kkos/oniguruma, `doc/RE`) to JavaScript's with the
 * flag `u`. Constructs that would match differently are refused.
 */
import { ClassTranslator } from "./oniguruma-class.ts";
import { atomOf, escapedCharacter, literal, propertySet, shorthandSet, WORD } from "./oniguruma-sets.ts";

/** Escapes outside of classes. */
const ANCHORS: Readonly<Record<string, string>> = {
  A: "^",
  z: "$",
  Z: String.raw`(?=\n?$)`,
};

/** A line begins after a line feed, but not at the end of the text. */
const LINE_BEGIN = String.raw`(?:^|(?<=\n)(?=[^]))`;
const LINE_END = String.raw`(?=\n|$)`;

/** ASCII letters in these pairs also fold to single characters ("ß", "ﬁ"). */
const FOLDED_PAIRS = /ss|st|f[filt]/i;

const GROUPS = ["(?:", "(?=", "(?!", "(?<=", "(?<!"];

export class OnigurumaTranslator {
  readonly #source: string;
  readonly #refuse: (what: string) => Error;
  #at = 0;
  #atomicGroups = 0;
  /** Depth of lookbehinds, which JavaScript matches from right to left. */
  #lookbehinds = 0;

  constructor(source: string, refuse: (what: string) => Error) {
    this.#source = source;
    this.#refuse = refuse;
  }

  translate(): string {
    const translated = this.#alternation(false);
    if (this.#at < this.#source.length) throw this.#refuse("an unmatched )");
    return translated;
  }

  /** Translates up to a closing parenthesis or the end. */
  #alternation(foldsCase: boolean): string {
    let translated = "";
    let letters = "";
    while (this.#at < this.#source.length && !this.#startsWith(")")) {
      if (this.#take("|")) {
        translated += "|";
        letters = "";
        continue;
      }
      const begin = this.#at;
      const atom = this.#atom(foldsCase);
      const from = this.#source.slice(begin, this.#at);
      letters = /^[a-z]$/i.test(from) ? letters + from : "";
      if (foldsCase && FOLDED_PAIRS.test(letters)) throw this.#refuse(`the pair "${letters}" without case`);
      const end = this.#at;
      translated += this.#quantified(atom);
      // JavaScript backtracks for another match where Oniguruma ends the repetition.
      const isRepeated = this.#at > end && this.#source.charAt(end) !== "?";
      if (from.startsWith("(") && isRepeated && matchesNothing(atom))
        throw this.#refuse("a repeated empty group");
    }
    return translated;
  }

  #atom(foldsCase: boolean): string {
    const character = this.#next();
    if (character === "(") return this.#group(foldsCase);
    if (character === "[") {
      const set = new ClassTranslator(this.#source, this.#at, foldsCase, this.#refuse);
      const translated = set.translate();
      this.#at = set.end;
      return translated;
    }
    if (character === ".") return String.raw`[^\n]`;
    if (character === "^") return LINE_BEGIN;
    if (character === "$") return LINE_END;
    if (character === "\\") return this.#escape(foldsCase);
    if ("*+?".includes(character)) throw this.#refuse(`a ${character} without something to repeat`);
    return this.#literal(character, foldsCase);
  }

  #group(foldsCase: boolean): string {
    if (!this.#startsWith("?")) return `(?:${this.#closed(foldsCase)}`;
    for (const prefix of GROUPS) {
      if (!this.#take(prefix.slice(1))) continue;
      const isBehind = prefix.startsWith("(?<");
      this.#lookbehinds += Number(isBehind);
      const group = `${prefix}${this.#closed(foldsCase)}`;
      this.#lookbehinds -= Number(isBehind);
      // JavaScript cannot repeat a lookaround.
      return prefix === "(?:" ? group : `(?:${group})`;
    }
    if (this.#take("?>")) return this.#atomic(`(?:${this.#closed(foldsCase)}`);
    const name = /^\?<\w+>/.exec(this.#source.slice(this.#at))?.[0];
    if (name !== undefined) {
      this.#at += name.length;
      return `(?:${this.#closed(foldsCase)}`;
    }
    const [options, sign, end] = /^\?(-?)i([:)])/.exec(this.#source.slice(this.#at)) ?? [];
    if (options === undefined) throw this.#refuse(`the group (${this.#source.slice(this.#at, this.#at + 3)}`);
    this.#at += options.length;
    if (end === ":") return `(?:${this.#closed(sign === "")}`;
    return `(?:${this.#alternation(sign === "")})`; // an option without a group of its own applies up to the end of the enclosing group
  }

  #closed(foldsCase: boolean): string {
    const translated = this.#alternation(foldsCase);
    if (!this.#take(")")) throw this.#refuse("an unmatched (");
    return `${translated})`;
  }

  /** An atomic group, made of a lookahead: JavaScript does not backtrack into lookaheads. */
  #atomic(group: string): string {
    if (this.#lookbehinds > 0) throw this.#refuse("an atomic group in a lookbehind");
    this.#atomicGroups += 1;
    const name = `atomic${this.#atomicGroups}`;
    return String.raw`(?:(?=(?<${name}>${group}))\k<${name}>)`;
  }

  #escape(foldsCase: boolean): string {
    const kind = this.#source.charAt(this.#at);
    const anchor = Object.hasOwn(ANCHORS, kind) ? ANCHORS[kind] : undefined;
    if (anchor !== undefined) {
      this.#at += 1;
      return anchor;
    }
    if (kind === "b" || kind === "B") {
      this.#at += 1;
      const w = atomOf(WORD);
      const isAt = `(?:(?<!${w})(?=${w})|(?<=${w})(?!${w}))`;
      return kind === "b" ? isAt : `(?!${isAt})`;
    }
    const shorthand = shorthandSet(kind, false);
    if (shorthand !== undefined) {
      this.#at += 1;
      return atomOf(shorthand);
    }
    const rest = this.#source.slice(this.#at);
    const named = propertySet(rest, false, this.#refuse);
    if (named) {
      this.#at += named.length;
      return atomOf(named.set);
    }
    const escaped = escapedCharacter(rest, this.#refuse);
    this.#at += escaped.length;
    return this.#literal(escaped.character, foldsCase);
  }

  #literal(character: string, foldsCase: boolean): string {
    if (!foldsCase) return literal(character);
    if (/[a-z]/i.test(character)) return `[${caseVariants(character)}]`;
    if (/[^\p{ASCII}\p{Lo}\p{P}\p{S}\p{Z}]/u.test(character))
      throw this.#refuse(`"${character}" without case`);
    return literal(character);
  }

  #quantified(atom: string): string {
    let repeated = atom;
    for (;;) {
      const rest = this.#source.slice(this.#at);
      const simple = /^[*+?]/.exec(rest)?.[0];
      if (simple !== undefined) {
        this.#at += 1;
        if (this.#take("+")) repeated = this.#atomic(`(?:${repeated})${simple}`);
        else repeated = `(?:${repeated})${simple}${this.#take("?") ? "?" : ""}`;
        continue;
      }
      const [interval, from = "", comma, to = ""] = /^\{(\d*)(,?)(\d*)\}/.exec(rest) ?? [];
      if (interval === undefined || (from === "" && to === "")) return repeated;
      if (to !== "" && Number(from) > Number(to)) throw this.#refuse(interval);
      this.#at += interval.length;
      // `{n}?` is optional, `{n,m}?` lazy; `{n,m}+` is repeated, not possessive.
      const isLazy = comma === "," && this.#take("?");
      repeated = `(?:${repeated}){${from === "" ? "0" : from}${comma}${to}}${isLazy ? "?" : ""}`;
    }
  }

  #next(): string {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return character;
  }

  #startsWith(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const found = this.#startsWith(text);
    if (found) this.#at += text.length;
    return found;
  }
}

function matchesNothing(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test("");
  } catch {
    return false; // the error is reported when the whole pattern is compiled
  }
}

/** An ASCII letter in both cases; "s" and "k" have a third form. */
function caseVariants(letter: string): string {
  const lower = letter.toLowerCase();
  const third = { s: String.raw`\u{17f}`, k: String.raw`\u{212a}` }[lower] ?? "";
  return `${lower}${lower.toUpperCase()}${third}`;
}
