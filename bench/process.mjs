/** An implementation in its own process, with requests and results as lines of JSON. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Implementation {
  #process;
  #lines;
  #errors = "";

  /** @param command a program and its arguments. */
  constructor([program, ...rest]) {
    this.#process = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"], cwd: import.meta.dirname });
    this.#process.stderr.on("data", (data) => (this.#errors = `${this.#errors}${data}`.slice(-2000)));
    this.#process.stdin.on("error", () => {}); // the process ended: the next request fails
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until it is loaded. @returns `{ loadMs, cpuMs, rssBytes, peakBytes }`: wall-clock and CPU time of loading, and memory as in `generate`. */
  async loaded() {
    return this.#answer();
  }

  /**
   * @returns `{ times, cpuMs, rssBytes, peakBytes }`: milliseconds from the call to each id; CPU time, memory and peak memory of the
   * process.
   */
  async generate(prompt, count) {
    this.#process.stdin.write(`${JSON.stringify({ prompt, count })}\n`);
    return this.#answer();
  }

  end() {
    this.#process.stdin.end();
  }

  async #answer() {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done)
        throw new Error(this.#errors.trim().split("\n").at(-1) ?? "the process ended without a message");
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }
}
