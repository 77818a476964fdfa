/**
 * Output of the commands. Everything except results goes to stderr. Control characters in names and texts from files are
 * escaped; only this file writes control sequences to a terminal.
 */
import { escapeControls, LAYOUT } from "../tools/control-characters.ts";
import { commandIo } from "./io.ts";

/** Milliseconds between updates of a progress line on a terminal; in a log the first line comes early. */
const TERMINAL_INTERVAL = 100;
const LOG_FIRST = 1000;
const LOG_INTERVAL = 10_000;

export class Console {
  readonly #quiet: boolean;
  readonly #io = commandIo();
  readonly #isTerminal = this.#io.stderr.isTTY === true;
  #lastProgress = Date.now();
  #interval: number;
  #progressShown = false;

  constructor(options: { readonly quiet: boolean }) {
    this.#quiet = options.quiet;
    this.#interval = this.#isTerminal ? TERMINAL_INTERVAL : LOG_FIRST;
  }

  /** Writes a line to stderr; nothing with `--quiet`. */
  say(line: string): void {
    if (this.#quiet) return;
    this.#clearProgress();
    this.#io.stderr.write(`${escapeControls(line)}\n`);
  }

  /** Shows progress: one updated line on a terminal, a line every ten seconds in a log. */
  progress(line: () => string): void {
    if (this.#quiet) return;
    const now = Date.now();
    if (now - this.#lastProgress < this.#interval) return;
    this.#lastProgress = now;
    if (this.#isTerminal) {
      this.#io.stderr.write(`\r\u001b[K${escapeControls(line())}`);
      this.#progressShown = true;
    } else {
      this.#io.stderr.write(`${escapeControls(line())}\n`);
      this.#interval = LOG_INTERVAL;
    }
  }

  /** Writes a result as JSON to stdout. */
  result(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /** Writes a part of a result to stdout: unchanged to a pipe or file, escaped on a terminal. */
  write(text: string): void {
    this.#clearProgress();
    this.#io.stdout.write(this.#io.stdout.isTTY === true ? escapeControls(text, LAYOUT) : text);
  }

  /** Writes the prompt of a text to stderr. */
  prompt(text: string): void {
    this.#io.stderr.write(escapeControls(text, LAYOUT));
  }

  /**
   * Writes a line of the result to stdout.
   *
   * @param mark a trusted prefix, which may contain color codes.
   */
  line(text: string, mark = ""): void {
    this.#clearProgress();
    this.#io.stdout.write(`${mark}${escapeControls(text, LAYOUT)}\n`);
  }

  #clearProgress(): void {
    if (this.#progressShown) this.#io.stderr.write("\r\u001b[K");
    this.#progressShown = false;
  }
}
