import { describe, expect, it } from "vitest";
import { FOLDER, TextModelHolder } from "../../../web/text/text-model-holder.ts";

const BASE = "https://example.org/page/";

class FakeClient {
  readonly source: string;
  isEnded = false;

  constructor(source: string) {
    this.source = source;
  }

  end(): void {
    this.isEnded = true;
  }
}

function setUp(): { readonly holder: TextModelHolder<FakeClient>; readonly log: string[] } {
  const log: string[] = [];
  const holder = new TextModelHolder(
    (source) =>
      Promise.resolve(new FakeClient(typeof source === "string" ? source : [...source.keys()].join())),
    BASE,
  );
  holder.changing.listen(() => log.push("changing"));
  holder.changed.listen(({ source }) => log.push(source));
  return { holder, log };
}

describe("TextModelHolder", () => {
  it("loads a model once, and ends it when another is named", async () => {
    const { holder, log } = setUp();
    const first = await holder.load("shakespeare");
    expect(await holder.load("shakespeare")).toBe(first);
    expect(log).toEqual(["changing", "https://example.org/page/models/shakespeare/"]);
    const second = await holder.load("owner/name");
    expect([first.isEnded, second.source]).toEqual([true, "https://huggingface.co/owner/name/resolve/main/"]);
    expect(holder.client).toBe(second);
  });

  it("has no model after an invalid name", async () => {
    const { holder } = setUp();
    const first = await holder.load("shakespeare");
    await expect(holder.load("no model")).rejects.toThrow('"no model" is not a model');
    expect([holder.client, first.isEnded]).toEqual([undefined, true]);
  });

  it("loads a folder, and another folder instead", async () => {
    const { holder } = setUp();
    const folder = ["config.json", "model.safetensors"].map((name) => new File(["{}"], name));
    await holder.openFolder(folder);
    const first = await holder.load(FOLDER);
    expect(first.source).toBe("config.json,model.safetensors");
    await holder.openFolder([...folder, new File(["{}"], "tokenizer.json")]);
    const second = await holder.load(FOLDER);
    expect([first.isEnded, second.source]).toEqual([true, "config.json,model.safetensors,tokenizer.json"]);
  });
});
