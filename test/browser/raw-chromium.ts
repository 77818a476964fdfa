import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { CHROMIUM, FLAGS } from "./chromium.ts";

/**
 * Controls Chromium with the DevTools protocol. Playwright reports every page as visible; here a background tab is
 * hidden, as for a user.
 */
export class RawChromium {
  readonly #profile = mkdtempSync(join(tmpdir(), "ostinato-chromium-"));
  readonly #process;
  readonly #input: Writable;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #sent = 0;

  constructor() {
    const flags = [...FLAGS, "--headless", "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`];
    this.#process = spawn(CHROMIUM, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const [, , , input, output] = this.#process.stdio;
    if (!(input instanceof Writable) || !(output instanceof Readable)) throw new TypeError("no pipes");
    this.#input = input;
    let text = "";
    output.setEncoding("utf8").on("data", (chunk: string) => {
      const messages = (text + chunk).split("\0");
      text = messages.pop() ?? "";
      for (const message of messages) this.#receive(message);
    });
  }

  /** Opens an address in a tab of its own, in front. @returns the tab. */
  async open(url: string): Promise<Tab> {
    const { targetId } = Object(await this.send("Target.createTarget", { url }));
    const { sessionId } = Object(await this.send("Target.attachToTarget", { targetId, flatten: true }));
    return {
      bringToFront: async () => void (await this.send("Target.activateTarget", { targetId })),
      evaluate: async (expression) => {
        const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
        const { result, exceptionDetails } = Object(await this.send("Runtime.evaluate", options, sessionId));
        if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
        return result.value;
      },
      beforeScripts: async (source) => {
        await this.send("Page.enable", {}, sessionId);
        await this.send("Page.addScriptToEvaluateOnNewDocument", { source }, sessionId);
        await this.send("Page.reload", {}, sessionId);
      },
    };
  }

  send(method: string, params: object, sessionId?: string): Promise<unknown> {
    this.#sent += 1;
    const id = this.#sent;
    const message = { id, method, params, ...(sessionId === undefined ? {} : { sessionId }) };
    this.#input.write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    void this.send("Browser.close", {});
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(text: string): void {
    const { id, result, error } = JSON.parse(text);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}

export interface Tab {
  bringToFront(): Promise<void>;
  /** The value of an expression, evaluated with user activation. */
  evaluate(expression: string): Promise<unknown>;
  /** Loads the page again, with a script that runs before its own. */
  beforeScripts(source: string): Promise<void>;
}
