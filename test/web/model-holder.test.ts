import { describe, expect, it } from "vitest";
import { ModelHolder, type MusicSource } from "../../web/model-holder.ts";

class FakeModel {
  readonly name: string;
  isDisposed = false;

  constructor(name: string) {
    this.name = name;
  }

  dispose(): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

const source = (name: string): MusicSource => ({ name, isPublic: true, open: () => Promise.resolve(name) });

interface SetUp {
  readonly holder: ModelHolder<FakeModel>;
  /** What was loaded, and the signals, in order. */
  readonly log: string[];
  readonly failing: Set<string>;
}

function setUp(): SetUp {
  const log: string[] = [];
  const failing = new Set<string>();
  const holder = new ModelHolder(source("a"), (opened, onProgress) => {
    log.push(`load ${String(opened)}`);
    onProgress({ file: "model", loadedBytes: 1, totalBytes: 2 });
    if (failing.has(String(opened))) return Promise.reject(new Error(`no ${String(opened)}`));
    return Promise.resolve(new FakeModel(String(opened)));
  });
  holder.progress.listen(({ loadedBytes }) => log.push(`progress ${loadedBytes}`));
  holder.settled.listen(() => log.push("settled"));
  holder.chosen.listen(() => log.push(`chosen ${holder.source.name}`));
  return { holder, log, failing };
}

describe("ModelHolder", () => {
  it("loads the model once", async () => {
    const { holder, log } = setUp();
    expect(holder.model).toBeUndefined();
    const [first, second] = await Promise.all([holder.load(), holder.load()]);
    expect(first).toBe(second);
    expect(holder.model).toBe(first);
    expect(log).toEqual(["load a", "progress 1", "settled"]);
  });

  it("loads early without a word, and says nothing of a failure until it is asked for", async () => {
    const { holder, failing, log } = setUp();
    failing.add("a");
    await holder.loadEarly();
    expect(log).toEqual(["load a"]);
    failing.clear();
    const early = holder.loadEarly();
    const asked = holder.load();
    await early;
    await expect(asked).resolves.toMatchObject({ name: "a" });
    expect(log).toEqual(["load a", "load a", "progress 1", "settled"]);
    await holder.loadEarly();
    expect(log).toHaveLength(4);
  });

  it("loads again when what was loaded early fails after it has been asked for", async () => {
    const { holder, failing, log } = setUp();
    failing.add("a");
    const early = holder.loadEarly();
    const asked = holder.load();
    await early;
    await expect(asked).rejects.toThrow("the music model could not be loaded");
    expect(log.filter((line) => line === "load a")).toHaveLength(2);
  });

  it("tries again after a failure", async () => {
    const { holder, failing, log } = setUp();
    failing.add("a");
    const failure: unknown = await holder.load().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: "the music model could not be loaded",
      hint: "check the connection, then try again",
      cause: { message: "no a" },
    });
    expect(log.at(-1)).toBe("settled");
    failing.clear();
    expect((await holder.load()).name).toBe("a");
  });

  it("loads a chosen model on first use, and replaces a loaded one", async () => {
    const { holder, log } = setUp();
    await holder.choose(source("b"));
    expect([holder.source.name, holder.model]).toEqual(["b", undefined]);
    const b = await holder.load();
    expect(b.name).toBe("b");
    await holder.choose(source("c"));
    expect([holder.model?.name, b.isDisposed]).toEqual(["c", true]);
    expect(log.filter((entry) => entry.startsWith("chosen"))).toEqual(["chosen b", "chosen c"]);
  });

  it("is in use before the model that it replaces is disposed of", async () => {
    const { holder } = setUp();
    const a = await holder.load();
    const seen: boolean[] = [];
    holder.chosen.listen(() => seen.push(a.isDisposed));
    await holder.replace(source("b"));
    expect([seen, a.isDisposed]).toEqual([[false], true]);
  });

  it("keeps the old model if another cannot be loaded", async () => {
    const { holder, failing } = setUp();
    const a = await holder.load();
    failing.add("b");
    await expect(holder.replace(source("b"))).rejects.toThrow("no b");
    expect([holder.model, holder.source.name, a.isDisposed]).toEqual([a, "a", false]);
  });

  it("keeps a model that was chosen while the first one was loading", async () => {
    let open: (address: string) => void = () => undefined;
    const opening = new Promise<string>((resolve) => (open = resolve));
    const holder = new ModelHolder({ ...source("a"), open: () => opening }, (opened) =>
      Promise.resolve(new FakeModel(String(opened))),
    );
    const loading = holder.load();
    const replacing = holder.replace(source("b"));
    await new Promise((resolve) => setImmediate(resolve));
    open("a");
    await replacing;
    expect((await loading).isDisposed).toBe(true);
    expect(holder.model?.name).toBe("b");
  });
});
