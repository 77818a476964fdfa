/** Translates the character classes of Oniguruma's regular expressions to JavaScript's with the flag `u`. */
import {
  atomOf,
  bracketSet,
  type CharacterSet,
  escapedCharacter,
  literal,
  propertySet,
  shorthandSet,
} from "./oniguruma-sets.ts";

/** One member of a class: a character, or a set. */
type Member = { readonly character: string } | { readonly set: CharacterSet } | { readonly atom: string };

/** Sets that contain each letter in both cases or in neither. */
const CASELESS = /^(?:\\[sSdDhHwW]|\\[pP]\{\^?(?:L|Letter|N|Nd|Nl|No|M|P\w?|S\w?|Z\w?|Han|White_Space)\})$/;

export class ClassTranslator {
  readonly #source: string;
  readonly #foldsCase: boolean;
  readonly #refuse: (what: string) => Error;
  /** The parts read since the last "&&": members of a class, and other patterns of one character. */
  #members = "";
  #alternatives: string[] = [];
  /** After translation, the index after the class. */
  end: number;

  /** @param begin the index after the opening bracket. */
  constructor(source: string, begin: number, foldsCase: boolean, refuse: (what: string) => Error) {
    this.#source = source;
    this.end = begin;
    this.#foldsCase = foldsCase;
    this.#refuse = refuse;
  }

  /** A pattern for one character of the class. */
  translate(): string {
    const isNegated = this.#take("^");
    const operands: string[] = [];
    this.#members = "";
    this.#alternatives = [];
    for (let isFirst = true; ; isFirst = false) {
      if (this.end >= this.#source.length) throw this.#refuse("an unmatched [");
      if (!isFirst && this.#take("]")) break;
      if (this.#take("&&")) operands.push(this.#operand());
      else this.#range();
    }
    // A class without other operands can be negated directly.
    if (operands.length === 0 && this.#alternatives.length === 0)
      return `[${isNegated ? "^" : ""}${this.#members}]`;
    operands.push(this.#operand());
    const all = operands.slice(1).map((each) => `(?=${each})`);
    const positive = `(?:${all.join("")}${operands[0]})`;
    return isNegated ? `(?:(?!${positive})[^])` : positive;
  }

  /** A pattern for the parts read since the last "&&". */
  #operand(): string {
    const atoms = this.#members === "" ? this.#alternatives : [`[${this.#members}]`, ...this.#alternatives];
    if (atoms.length === 0) throw this.#refuse("&& without a set on both sides");
    this.#members = "";
    this.#alternatives = [];
    return atoms.length === 1 ? String(atoms[0]) : `(?:${atoms.join("|")})`;
  }

  /** Adds a member. A negated set cannot be a member of a class, so it becomes an alternative. */
  #add(member: { readonly set: CharacterSet } | { readonly atom: string }): void {
    if ("atom" in member) this.#alternatives.push(member.atom);
    else if (member.set.isNegated) this.#alternatives.push(atomOf(member.set));
    else this.#members += member.set.members;
  }

  #range(): void {
    const begin = this.#member();
    if (!("character" in begin)) {
      // Oniguruma rejects a "-" after a set, unless it is the last character.
      if (this.#startsWith("-") && !this.#startsWith("-]") && !this.#startsWith("-&&")) {
        throw this.#refuse('"-" behind a set');
      }
      this.#add(begin);
      return;
    }
    const isRange = this.#startsWith("-") && !this.#startsWith("-]") && !this.#startsWith("-&&");
    if (!isRange) {
      this.#members += this.#folded(begin.character, begin.character);
      return;
    }
    this.end += 1;
    const last = this.#member();
    if (!("character" in last)) throw this.#refuse('"-" before a set');
    if ((begin.character.codePointAt(0) ?? 0) > (last.character.codePointAt(0) ?? 0)) {
      throw this.#refuse(`the range ${begin.character}-${last.character}`);
    }
    this.#members += this.#folded(begin.character, last.character);
    if (this.#startsWith("-") && !this.#startsWith("-]")) this.#members += this.#literalDash();
  }

  /** A "-" after a range is a literal. */
  #literalDash(): string {
    this.end += 1;
    if (this.#startsWith("-")) throw this.#refuse("--");
    return literal("-");
  }

  #member(): Member {
    const rest = this.#source.slice(this.end);
    if (rest.startsWith("[")) {
      const bracket = bracketSet(rest, this.#refuse);
      if (bracket) {
        this.end += bracket.length;
        return this.#foldable(rest.slice(0, bracket.length), bracket.set);
      }
      const nested = new ClassTranslator(this.#source, this.end + 1, this.#foldsCase, this.#refuse);
      const atom = nested.translate();
      this.end = nested.end;
      return { atom };
    }
    if (!rest.startsWith("\\")) {
      const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      this.end += character.length;
      return { character };
    }
    const kind = rest.charAt(1);
    const shorthand = shorthandSet(kind, true);
    if (shorthand !== undefined) {
      this.end += 2;
      return this.#foldable(rest.slice(0, 2), shorthand);
    }
    const named = propertySet(rest.slice(1), true, this.#refuse);
    if (named) {
      this.end += 1 + named.length;
      return this.#foldable(rest.slice(0, 1 + named.length), named.set);
    }
    const escaped = escapedCharacter(rest.slice(1), this.#refuse);
    this.end += 1 + escaped.length;
    return { character: escaped.character };
  }

  #foldable(written: string, set: CharacterSet): Member {
    if (this.#foldsCase && !CASELESS.test(written)) throw this.#refuse(`${written} without case`);
    return { set };
  }

  #folded(first: string, last: string): string {
    const range = first === last ? literal(first) : `${literal(first)}-${literal(last)}`;
    if (!this.#foldsCase) return range;
    if (/[^\p{ASCII}\p{Lo}\p{P}\p{S}\p{Z}]/u.test(first) || (first !== last && /\P{ASCII}/u.test(last))) {
      throw this.#refuse(`${first}-${last} without case`);
    }
    // The letters of the range in all of their forms.
    const set = new RegExp(`[${range}]`, "iu");
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\u017f\u212a"];
    return (
      range +
      letters
        .filter((letter) => set.test(letter))
        .map(literal)
        .join("")
    );
  }

  #startsWith(text: string): boolean {
    return this.#source.startsWith(text, this.end);
  }

  #take(text: string): boolean {
    const found = this.#startsWith(text);
    if (found) this.end += text.length;
    return found;
  }
}
