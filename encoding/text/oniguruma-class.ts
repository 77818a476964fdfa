/** Translates the character classes of Oniguruma's regular expressions to JavaScript's with the flag `v`. */
import { bracketSet, CLASS_SHORTHANDS, escapedCharacter, literal, propertySet } from "./oniguruma-sets.ts";

/** One member of a class: a character, or a set. */
type Member = { readonly character: string } | { readonly set: string };

/** Sets that hold a letter in both cases or in none. */
const CASELESS = /^(?:\\[sSdDhHwW]|\\[pP]\{\^?(?:L|Letter|N|Nd|Nl|No|M|P\w?|S\w?|Z\w?|Han|White_Space)\})$/;

export class ClassTranslator {
  readonly #source: string;
  readonly #foldsCase: boolean;
  readonly #refuse: (what: string) => Error;
  /** The first index behind the class, when it is translated. */
  end: number;

  /** @param begin the index behind the opening bracket. */
  constructor(source: string, begin: number, foldsCase: boolean, refuse: (what: string) => Error) {
    this.#source = source;
    this.end = begin;
    this.#foldsCase = foldsCase;
    this.#refuse = refuse;
  }

  translate(): string {
    const not = this.#take("^") ? "^" : "";
    const operands: string[] = [];
    let operand = "";
    for (let isFirst = true; ; isFirst = false) {
      if (this.end >= this.#source.length) throw this.#refuse("an unmatched [");
      if (!isFirst && this.#take("]")) break;
      if (this.#take("&&")) {
        operands.push(this.#filled(operand));
        operand = "";
        continue;
      }
      operand += this.#range();
    }
    if (operands.length === 0) return `[${not}${operand}]`;
    operands.push(this.#filled(operand));
    return `[${not}${operands.map((each) => `[${each}]`).join("&&")}]`;
  }

  #filled(operand: string): string {
    if (operand === "") throw this.#refuse("&& without a set on both sides");
    return operand;
  }

  #range(): string {
    const begin = this.#member();
    if ("set" in begin) {
      // Oniguruma refuses a "-" behind a set, unless it is the last.
      if (this.#startsWith("-") && !this.#startsWith("-]") && !this.#startsWith("-&&")) {
        throw this.#refuse('"-" behind a set');
      }
      return begin.set;
    }
    const isRange = this.#startsWith("-") && !this.#startsWith("-]") && !this.#startsWith("-&&");
    if (!isRange) return this.#folded(begin.character, begin.character);
    this.end += 1;
    const last = this.#member();
    if ("set" in last) throw this.#refuse('"-" before a set');
    if ((begin.character.codePointAt(0) ?? 0) > (last.character.codePointAt(0) ?? 0)) {
      throw this.#refuse(`the range ${begin.character}-${last.character}`);
    }
    const range = this.#folded(begin.character, last.character);
    return this.#startsWith("-") && !this.#startsWith("-]") ? `${range}${this.#literalDash()}` : range;
  }

  /** A "-" behind a range is itself. */
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
      const set = nested.translate();
      this.end = nested.end;
      return { set };
    }
    if (!rest.startsWith("\\")) {
      const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      this.end += character.length;
      return { character };
    }
    const kind = rest.charAt(1);
    const shorthand = Object.hasOwn(CLASS_SHORTHANDS, kind) ? CLASS_SHORTHANDS[kind] : undefined;
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

  #foldable(written: string, set: string): Member {
    if (this.#foldsCase && !CASELESS.test(written)) throw this.#refuse(`${written} without case`);
    return { set };
  }

  #folded(first: string, last: string): string {
    const range = first === last ? literal(first) : `${literal(first)}-${literal(last)}`;
    if (!this.#foldsCase) return range;
    if (/[^\p{ASCII}\p{P}\p{S}\p{Z}]/u.test(first) || (first !== last && /\P{ASCII}/u.test(last))) {
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
