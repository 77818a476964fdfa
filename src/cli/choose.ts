/** Choosing the next token by hand: with arrow and number keys on a terminal, else with numbers on lines of stdin. */
import { createInterface, emitKeypressEvents, type Interface } from "node:readline";
import type { TextStep } from "../text/index.ts";
import { candidateLine, shownToken } from "./candidates.ts";
import type { Console } from "./console.ts";
import { InterruptError } from "./interrupt.ts";
import { type CommandIo, commandIo } from "./io.ts";

/** The action of a key or a line. */
export type Choice =
  | { readonly kind: "take"; readonly index: number }
  | { readonly kind: "move"; readonly index: number }
  | { readonly kind: "end" }
  | { readonly kind: "wrong" };

/** @param sampled index of the sampled candidate, which an empty line selects. */
export function choiceOfLine(line: string, count: number, sampled: number): Choice {
  const text = line.trim();
  if (text === "q") return { kind: "end" };
  if (text === "") return { kind: "take", index: sampled };
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= count
    ? { kind: "take", index: number - 1 }
    : { kind: "wrong" };
}

/** @param at index of the marked candidate. */
export function choiceOfKey(key: string, count: number, at: number): Choice {
  if (key === "up" || key === "k") return { kind: "move", index: (at + count - 1) % count };
  if (key === "down" || key === "j") return { kind: "move", index: (at + 1) % count };
  if (key === "return" || key === "enter" || key === "right" || key === "space")
    return { kind: "take", index: at };
  if (key === "q" || key === "escape") return { kind: "end" };
  const number = key === "0" ? 10 : Number(key);
  if (Number.isInteger(number) && number >= 1 && number <= count) return { kind: "take", index: number - 1 };
  return { kind: "wrong" };
}

/**
 * The range of candidates that fit on the screen, around the marked one.
 *
 * @param maxLines number of available lines.
 */
export function shownRange(
  count: number,
  at: number,
  maxLines: number,
): { readonly from: number; readonly to: number } {
  const shown = Math.min(count, Math.max(1, maxLines));
  const from = Math.min(Math.max(0, at - Math.floor(shown / 2)), count - shown);
  return { from, to: from + shown };
}

/** Moves the cursor down one line in the same column; scrolls at the bottom. */
const DOWN = "\u001bD";

export class Chooser {
  readonly #console: Console;
  readonly #io = commandIo();
  readonly #hasKeys: boolean;
  #keys: Keys | undefined;
  #lines: Interface | undefined;
  #iterator: AsyncIterator<string> | undefined;

  constructor(console: Console) {
    this.#console = console;
    this.#hasKeys = this.#io.stdin.isTTY === true && this.#io.stderr.isTTY === true;
  }

  /** Shows the candidates. @returns the id of the chosen one; undefined to end the text. */
  async choose(sampled: TextStep): Promise<number | undefined> {
    const { candidates = [] } = sampled;
    const first = Math.max(
      0,
      candidates.findIndex(({ id }) => id === sampled.id),
    );
    const index = this.#hasKeys ? await this.#byKeys(sampled, first) : await this.#byLines(sampled, first);
    return index === undefined ? undefined : candidates[index]?.id;
  }

  close(): void {
    this.#lines?.close();
    this.#keys?.close();
  }

  async #byLines(sampled: TextStep, first: number): Promise<number | undefined> {
    const { candidates = [] } = sampled;
    this.#lines ??= createInterface({ input: this.#io.stdin });
    this.#iterator ??= this.#lines[Symbol.asyncIterator]();
    // The cursor may be in the middle of a line of the text.
    for (const line of ["", ...this.#menu(sampled, first)]) this.#console.say(line);
    for (;;) {
      const { value, done } = await this.#iterator.next();
      if (done) return undefined;
      const choice = choiceOfLine(value, candidates.length, first);
      if (choice.kind === "take") return choice.index;
      if (choice.kind === "end") return undefined;
      this.#console.say(
        `type a number from 1 to ${candidates.length}, nothing for the marked one, or q to end`,
      );
    }
  }

  /** Shows the menu below the text and removes it after the choice. */
  async #byKeys(sampled: TextStep, first: number): Promise<number | undefined> {
    const { stdin, stderr } = this.#io;
    const count = sampled.candidates?.length ?? 0;
    this.#keys ??= new Keys(stdin);
    let at = first;
    const columns = stderr.columns || 80; // some terminals report 0
    const maxLines = (stderr.rows || 24) - 2; // one line for the text, one for the list of keys
    const keys = `(arrows and Enter, 1 to ${Math.min(count, 9)}${count > 9 ? ", 0 for 10" : ""}, q ends)`;
    const draw = (): void => {
      const { from, to } = shownRange(count, at, maxLines);
      const lines = [...this.#menu(sampled, at).slice(from, to), keys];
      const fitting = lines.map((line) => [...line].slice(0, columns - 1).join(""));
      stderr.write(`\u001b7\u001b[0J\n${fitting.join("\n")}\u001b8`);
    };
    const erase = (): void => void stderr.write("\u001b7\u001b[0J\u001b8");
    const height = Math.min(count, Math.max(1, maxLines)) + 1;
    // Scrolls first, so that the saved cursor position stays valid.
    stderr.write(`${DOWN.repeat(height)}\u001b[${height}A`);
    try {
      for (;;) {
        draw();
        const choice = choiceOfKey(await this.#keys.next(), count, at);
        if (choice.kind === "move") at = choice.index;
        if (choice.kind === "take") return choice.index;
        if (choice.kind === "end") return undefined;
      }
    } finally {
      erase();
    }
  }

  #menu({ candidates = [] }: TextStep, at: number): string[] {
    const width = candidates.reduce((widest, { text }) => Math.max(widest, shownToken(text).length), 0);
    return candidates.map(
      ({ text, probability }, index) =>
        `${index === at ? "→" : " "} ${candidateLine(index + 1, text, probability, width)}`,
    );
  }
}

interface Keypress {
  readonly sequence: string | undefined;
  readonly name?: string;
  readonly ctrl?: boolean;
}

/** Reads the keys of stdin in order; keys that arrive early are queued. */
class Keys {
  readonly #stdin: CommandIo["stdin"];
  readonly #pressed: Keypress[] = [];
  #wake: (() => void) | undefined;
  readonly #listen = (_sequence: string | undefined, key: Keypress): void => {
    this.#pressed.push(key);
    this.#wake?.();
  };

  constructor(stdin: CommandIo["stdin"]) {
    this.#stdin = stdin;
    emitKeypressEvents(stdin);
    this.#stdin.setRawMode?.(true);
    this.#stdin.on("keypress", this.#listen);
    this.#stdin.resume();
  }

  /** The name of the next key. @throws InterruptError on Ctrl-C, which raw mode does not turn into a signal. */
  async next(): Promise<string> {
    while (this.#pressed.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const key = this.#pressed.shift();
    if (key?.ctrl && (key.name === "c" || key.name === "d")) throw new InterruptError("SIGINT");
    return key?.name ?? key?.sequence ?? "";
  }

  close(): void {
    this.#stdin.off("keypress", this.#listen);
    this.#stdin.setRawMode?.(false);
    this.#stdin.pause();
  }
}
