/** What the commands say to people: everything but results goes to stderr. */

/** How often a progress line is renewed, in milliseconds: on a terminal, and in a log, where the first comes early. */
const TERMINAL_INTERVAL = 100;
const LOG_FIRST = 1000;
const LOG_INTERVAL = 10_000;

export class Console {
  readonly #quiet: boolean;
  readonly #isTerminal = process.stderr.isTTY === true;
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
    process.stderr.write(`${line}\n`);
  }

  /** The state of something long: one line that renews itself on a terminal, a line every ten seconds in a log. */
  progress(line: () => string): void {
    if (this.#quiet) return;
    const now = Date.now();
    if (now - this.#lastProgress < this.#interval) return;
    this.#lastProgress = now;
    if (this.#isTerminal) {
      process.stderr.write(`\r\u001b[K${line()}`);
      this.#progressShown = true;
    } else {
      process.stderr.write(`${line()}\n`);
      this.#interval = LOG_INTERVAL;
    }
  }

  /** A result for programs, on stdout. */
  result(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /** A part of a result that comes piece by piece, on stdout. */
  write(text: string): void {
    this.#clearProgress();
    process.stdout.write(text);
  }

  /** A line of the result, on stdout. */
  line(text: string): void {
    this.write(`${text}\n`);
  }

  #clearProgress(): void {
    if (this.#progressShown) process.stderr.write("\r\u001b[K");
    this.#progressShown = false;
  }
}
