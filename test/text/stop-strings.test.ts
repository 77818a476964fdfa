import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import type { TextEnd, TextStep } from "../../src/text/options.ts";
import { stopStrings, untilStop } from "../../src/text/stop-strings.ts";

interface Stopped {
  readonly texts: readonly string[];
  readonly ids: readonly number[];
  readonly end: TextEnd | undefined;
}

/** Steps with these texts, whose ids count from 0. */
async function stopped(texts: readonly string[], ...strings: string[]): Promise<Stopped> {
  let returned = 0;
  async function* steps(): AsyncGenerator<TextStep, TextEnd | undefined> {
    try {
      for (const [id, text] of texts.entries()) yield { id, text };
      return "tokens";
    } finally {
      returned += 1;
    }
  }
  const found: TextStep[] = [];
  const held = untilStop(steps(), strings);
  let next = await held.next();
  for (; !next.done; next = await held.next()) found.push(next.value);
  expect(returned).toBe(1);
  return { texts: found.map(({ text }) => text), ids: found.map(({ id }) => id), end: next.value };
}

describe("untilStop", () => {
  it("ends before a string that falls across tokens", async () => {
    expect(await stopped(["One", " E", "N", "D", " more"], " END")).toEqual({
      texts: ["One"],
      ids: [0],
      end: "stop",
    });
  });

  it("cuts the token in which the string begins", async () => {
    expect(await stopped(["One", " tEN", "D."], "END")).toEqual({
      texts: ["One", " t"],
      ids: [0, 1],
      end: "stop",
    });
    expect(await stopped(["x END y"], "END")).toEqual({ texts: ["x "], ids: [0], end: "stop" });
  });

  it("gives back what only began like the string", async () => {
    const texts = ["E", "N", " EN", "EN", "Dx"];
    expect(await stopped(texts, "END.")).toEqual({ texts, ids: [0, 1, 2, 3, 4], end: "tokens" });
    expect(await stopped(["aa", "ab"], "aab")).toEqual({ texts: ["a"], ids: [0], end: "stop" });
  });

  it("ends before the first of several strings", async () => {
    expect(await stopped(["a ", "b ", "c "], "c", "b")).toMatchObject({ texts: ["a "], end: "stop" });
    // "bc" is complete before "abcd", however the tokens are cut.
    expect(await stopped(["a", "b", "c", "d"], "abcd", "bc")).toMatchObject({ texts: ["a"], end: "stop" });
    expect(await stopped(["abcd"], "abcd", "bc")).toMatchObject({ texts: ["a"], end: "stop" });
  });

  it("leaves out tokens with a part of the string's first character", async () => {
    expect(await stopped(["a", "", "", "€", "b"], "€")).toEqual({ texts: ["a"], ids: [0], end: "stop" });
    expect(await stopped(["a", "", "", "€", "b"], "x")).toMatchObject({ ids: [0, 1, 2, 3, 4] });
  });

  it("yields each step as soon as it is certain", async () => {
    async function* steps(): AsyncGenerator<TextStep, undefined> {
      for (const [id, text] of ["a", "E", "b", "E"].entries()) {
        seen.push(text);
        yield { id, text };
      }
    }
    const seen: string[] = [];
    const log: string[] = [];
    for await (const { text } of untilStop(steps(), ["END"])) log.push(`${text} after ${seen.join("")}`);
    expect(log).toEqual(["a after a", "E after aEb", "b after aEb", "E after aEbE"]);
  });

  it("has the text before the string that is complete first, for any tokens", async () => {
    const letters = (max: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom("a", "b"), maxLength: max });
    const some = letters(3).filter((string) => string !== "");
    await fc.assert(
      fc.asyncProperty(
        fc.array(letters(4)),
        fc.array(some, { minLength: 1, maxLength: 3 }),
        async (texts, strings) => {
          const whole = texts.join("");
          const ends = [...whole].map((_, index) => whole.slice(0, index + 1));
          const first = ends.find((each) => strings.some((string) => each.endsWith(string)));
          const lengths = strings.filter((string) => first?.endsWith(string)).map(({ length }) => length);
          const expected = first === undefined ? whole : first.slice(0, first.length - Math.max(...lengths));
          const { texts: found, end } = await stopped(texts, ...strings);
          expect([found.join(""), end]).toEqual([expected, first === undefined ? "tokens" : "stop"]);
        },
      ),
    );
  });
});

it("refuses an empty string", () => {
  expect(stopStrings("a")).toEqual(["a"]);
  expect(stopStrings()).toEqual([]);
  expect(() => stopStrings(["a", ""])).toThrow(
    expect.objectContaining({ name: "OptionError", message: "a stop string is empty" }),
  );
});

describe("TextModel", () => {
  it("ends a text before a stop string: whole, streamed and step by step", async () => {
    const model = await loadTextModel("shakespeare", { threads: 1 });
    const options = { tokens: 60, seed: 7 };
    const { text } = await model.generate("ROMEO:", options);
    // Seven characters are more than one token.
    const stop = text.slice(20, 27);
    const before = text.slice(0, text.indexOf(stop));
    const generated = await model.generate("ROMEO:", { ...options, stop: ["no such text", stop] });
    expect([generated.text, generated.end]).toEqual([before, "stop"]);
    const decoded = model.tokenizer.decode(generated.ids);
    expect(text.startsWith(decoded)).toBe(true);
    expect(decoded.startsWith(before)).toBe(true);
    let streamed = "";
    for await (const piece of model.complete("ROMEO:", { ...options, stop })) streamed += piece;
    expect(streamed).toBe(before);
    const steps: TextStep[] = [];
    for await (const step of model.steps("ROMEO:", { ...options, stop, candidates: 2 })) steps.push(step);
    expect(steps.map(({ id }) => id)).toEqual(generated.ids);
    expect(steps.map((step) => step.text).join("")).toBe(before);
    expect((await model.generate("ROMEO:", { ...options, stop: "ROMEO:" })).text.includes("ROMEO:")).toBe(
      false,
    );
    await model.dispose();
  });
});
