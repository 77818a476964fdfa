import { describe, expect, it } from "vitest";
import type { TextCall, TextCalls, Token } from "../../../web/text/protocol.ts";
import { TextWriter } from "../../../web/text/text-writer.ts";

/** A prompt whose special tokens are characters. */
const plain = (text: string) => ({ text, specialTokens: false, to: undefined });

/** A model that counts: the token after n tokens has the id n. It ends the text after `limit` tokens. */
class FakeClient {
  readonly facts = { layers: 1, heads: 1, window: 1000, separators: [] };
  readonly asked: string[] = [];
  limit = Infinity;
  onDraw: () => void = () => undefined;

  // The answers are those of the two calls that a writer makes.
  ask<Call extends TextCall>(
    call: Call,
    request: TextCalls[Call]["request"],
  ): Promise<TextCalls[Call]["answer"]> {
    return Promise.resolve(JSON.parse(JSON.stringify(this.#answer(call, request) ?? null)) ?? undefined);
  }

  #answer(call: TextCall, request: object): readonly Token[] | Token | undefined {
    this.asked.push(call);
    if (call === "encode" && "text" in request)
      return [...String(request.text)].map((text, id) => ({ id, text }));
    this.onDraw();
    const id = "step" in request ? Number(request.step) : 0;
    return id < this.limit ? { id, text: `${id}` } : undefined;
  }
}

const textOf = (writer: TextWriter): string => writer.tokens.map(({ text }) => text).join(" ");

describe("TextWriter", () => {
  it("starts from the prompt, then continues the text, 60 tokens at a time", async () => {
    const client = new FakeClient();
    const writer = new TextWriter();
    const log: string[] = [];
    writer.started.listen(() => log.push("started"));
    writer.stateChanged.listen(() => log.push(writer.isWriting ? "writing" : "idle"));
    let appended = 0;
    writer.appended.listen(() => (appended += 1));
    expect(await writer.write(client, plain("ab"), {})).toBe("length");
    expect([writer.promptLength, writer.tokens.length, appended]).toEqual([2, 62, 60]);
    expect(await writer.write(client, plain("other"), {})).toBe("length");
    expect([writer.promptLength, writer.tokens.length]).toEqual([2, 122]);
    expect(log).toEqual(["started", "writing", "idle", "writing", "idle"]);
  });

  it("ends with the text, and with a full context window", async () => {
    const client = new FakeClient();
    client.limit = 4;
    const writer = new TextWriter();
    expect(await writer.write(client, plain("ab"), {})).toBe("end-of-text");
    expect(textOf(writer)).toBe("a b 2 3");
    const full = { ...client, facts: { ...client.facts, window: 4 }, ask: client.ask.bind(client) };
    expect(await writer.write(full, plain("ab"), {})).toBe("window");
  });

  it("stops after the current token", async () => {
    const client = new FakeClient();
    const writer = new TextWriter();
    client.onDraw = () => {
      if (writer.tokens.length === 4) writer.stop();
    };
    expect(await writer.write(client, plain("ab"), {})).toBe("stopped");
    expect(textOf(writer)).toBe("a b 2 3 4");
    expect(writer.isWriting).toBe(false);
  });

  it("forgets the text, also while it is generated", async () => {
    const client = new FakeClient();
    const writer = new TextWriter();
    client.onDraw = () => writer.clear();
    expect(await writer.write(client, plain("ab"), {})).toBe("stopped");
    expect(writer.tokens).toEqual([]);
    client.onDraw = () => undefined;
    await writer.write(client, plain("xyz"), {});
    expect(textOf(writer)).toMatch(/^x y z 3 4/);
  });

  it("continues from another token", async () => {
    const client = new FakeClient();
    client.limit = 6;
    const writer = new TextWriter();
    await writer.write(client, plain("abcd"), {});
    writer.replace(2, { id: 99, text: "!" });
    expect([textOf(writer), writer.promptLength]).toEqual(["a b !", 2]);
    await writer.write(client, plain("abcd"), {});
    expect(textOf(writer)).toBe("a b ! 3 4 5");
  });

  it("is idle after an error", async () => {
    const client = new FakeClient();
    const writer = new TextWriter();
    client.onDraw = () => {
      throw new RangeError("broken");
    };
    await expect(writer.write(client, plain("ab"), {})).rejects.toThrow("broken");
    expect(writer.isWriting).toBe(false);
  });
});
