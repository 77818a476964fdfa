/**
 * What the commands say to people: everything but results goes to stderr. Names and texts from files are part of it, so
 * control characters are escaped here; only what this file writes itself controls the terminal.
 */
import { escapeControls, LAYOUT } from "../tools/control-characters.ts";
import { commandIo } from "./io.ts";

/** How often a progress line is renewed, in milliseconds: on a terminal, and in a log, where the first comes early. */
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

  /** A line for people, on stderr; nothing with `--quiet`. */
  say(line: string): void {
    if (this.#quiet) return;
    this.#clearProgress();
    this.#io.stderr.write(`${escapeControls(line)}\n`);
  }

  /** The state of something long: one line that renews itself on a terminal, a line every ten seconds in a log. */
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

  /** A result for programs, on stdout. */
  result(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /** A part of a result that comes piece by piece, on stdout: as it is in a pipe or file, escaped on a terminal. */
  write(text: string): void {
    this.#clearProgress();
    this.#io.stdout.write(this.#io.stdout.isTTY === true ? escapeControls(text, LAYOUT) : text);
  }

  /** The text that the result goes on from, on stderr. */
  prompt(text: string): void {
    this.#io.stderr.write(escapeControls(text, LAYOUT));
  }

  /**
   * A line of the result, on stdout.
   *
   * @param mark of our own, perhaps in color, that stands before it.
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
