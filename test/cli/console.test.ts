import { afterEach, describe, expect, it, vi } from "vitest";
import { Console } from "../../src/cli/console.ts";

const isTerminal = { stdout: process.stdout.isTTY, stderr: process.stderr.isTTY };

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.stdout.isTTY = isTerminal.stdout;
  process.stderr.isTTY = isTerminal.stderr;
});

/** The output during `use`. */
function written(terminal: boolean, use: (console: Console) => void): { out: string; err: string } {
  process.stdout.isTTY = terminal;
  process.stderr.isTTY = terminal;
  const all = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((all.out += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((all.err += String(text))));
  use(new Console({ quiet: false }));
  return all;
}

const NAME = "\u009b31m\u001b]0;\u202eRED";
const ESCAPED = String.raw`\u009b31m\u001b]0;\u202eRED`;

describe.each([{ terminal: true }, { terminal: false }])(
  "Console, on a terminal: $terminal",
  ({ terminal }) => {
    it("escapes control characters in messages, on one line", () => {
      const { err } = written(terminal, (console) => console.say(`${NAME}\nerror: no`));
      expect(err).toBe(`${ESCAPED}\\nerror: no\n`);
    });

    it("escapes them in lines of the result, except in the mark", () => {
      const { out } = written(terminal, (console) => console.line(`${NAME}\n\tok`, "\u001b[32m✓\u001b[39m "));
      expect(out).toBe(`\u001b[32m✓\u001b[39m ${ESCAPED}\n\tok\n`);
    });

    it("writes JSON with escapes, of the same value", () => {
      const { out } = written(terminal, (console) => console.result({ name: NAME }));
      expect(out).toBe(`{"name":"${ESCAPED}"}\n`);
      expect(JSON.parse(out)).toEqual({ name: NAME });
    });

    it("escapes them in a prompt", () => {
      expect(written(terminal, (console) => console.prompt(`a\n\tb${NAME}`)).err).toBe(`a\n\tb${ESCAPED}`);
    });
  },
);

describe("Console", () => {
  it("escapes generated text on a terminal, except line feeds and tabs", () => {
    expect(written(true, (console) => console.write(`a\n\tb${NAME}`)).out).toBe(`a\n\tb${ESCAPED}`);
  });

  it("writes generated text to a pipe unchanged", () => {
    expect(written(false, (console) => console.write(`a\n\tb${NAME}`)).out).toBe(`a\n\tb${NAME}`);
  });

  it("escapes them in the progress line", () => {
    vi.useFakeTimers();
    const { err } = written(true, (console) => {
      vi.advanceTimersByTime(1000);
      console.progress(() => NAME);
      console.say("done");
    });
    expect(err).toBe(`\r\u001b[K${ESCAPED}\r\u001b[Kdone\n`);
  });
});
