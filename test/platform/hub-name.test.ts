import { describe, expect, it } from "vitest";
import { filesAddress, hubAddress, hubModel } from "../../src/platform/hub-name.ts";
import { hubModelOf } from "../../src/platform/node/hub/hub.ts";

describe("a name", () => {
  it.each([
    ["gpt2", "openai-community/gpt2", undefined],
    ["gpt2-xl@main", "openai-community/gpt2-xl", "main"],
    ["distilgpt2", "distilbert/distilgpt2", undefined],
    ["openai-community/gpt2-large", "openai-community/gpt2-large", undefined],
    ["someone/model.v2@v1.0", "someone/model.v2", "v1.0"],
    ["someone/model@refs/pr/1", "someone/model", "refs/pr/1"],
    [
      "someone/model@607a30d783dfa663caf39e06633721c8d4cfcd7e",
      "someone/model",
      "607a30d783dfa663caf39e06633721c8d4cfcd7e",
    ],
    ["someone/model@a@b", "someone/model", "a@b"],
    ["https://huggingface.co/openai-community/gpt2", "openai-community/gpt2", undefined],
    ["https://huggingface.co/gpt2/", "openai-community/gpt2", undefined],
    ["https://hf.co/someone/model@v1", "someone/model", "v1"],
    ["https://huggingface.co/someone/model/tree/refs%2Fpr%2F1", "someone/model", "refs/pr/1"],
    ["https://huggingface.co/someone/model/tree/main/", "someone/model", "main"],
  ])("%s is %s at %s", (name, id, revision) => {
    expect(hubModelOf(name)).toEqual({ id, revision });
  });

  it.each([
    "https://huggingface.co/openai-community/gpt2/resolve/main/",
    "https://example.org/a/b",
    "https://example.org/a/b@v1",
    "no-such-model",
    "no-such-model@v1",
    "./models/x",
    "./models/x@1",
    "../x",
    "/models/x",
    "a/b/c",
    "a/b/c@main",
    "@main",
  ])("%s is not one of the hub", (name) => {
    expect(hubModelOf(name)).toBeUndefined();
  });

  it.each([
    "",
    "../../x",
    "a..b",
    "a b",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.lock",
    "a~1",
    "a^",
    "a:b",
    "a\\b",
    "a\u0000",
    "@",
  ])("refuses the revision %j", (revision) => {
    const error = { name: "OptionError", message: `${JSON.stringify(revision)} is not a revision` };
    expect(() => hubModel(`someone/model@${revision}`)).toThrow(expect.objectContaining(error));
    expect(() => hubModel("someone/model", revision)).toThrow(expect.objectContaining(error));
  });

  it("and an option name one revision together", () => {
    expect(hubModel("a/b", "v1")).toEqual({ id: "a/b", revision: "v1" });
    expect(hubModel("a/b@v1", "v1")).toEqual({ id: "a/b", revision: "v1" });
    expect(() => hubModel("a/b@v1", "v2")).toThrow('"a/b@v1" names another revision than "v2"');
  });

  it.each<[string, string | undefined, string]>([
    ["https://huggingface.co/a/b", undefined, "https://huggingface.co/a/b/resolve/main/"],
    ["https://huggingface.co/a/b", "v1", "https://huggingface.co/a/b/resolve/v1/"],
    ["a/b@v1", undefined, "https://huggingface.co/a/b/resolve/v1/"],
    ["a/b", "v1", "https://huggingface.co/a/b/resolve/v1/"],
    ["models/piano", undefined, "models/piano"],
    ["./models/piano@2/", undefined, "./models/piano@2/"],
    ["https://huggingface.co/a/b/resolve/v2/", undefined, "https://huggingface.co/a/b/resolve/v2/"],
  ])("%s with the revision %s is at %s for a page", (source, revision, address) => {
    expect(filesAddress(source, revision)).toBe(address);
    if (source.startsWith("https:")) expect(String(filesAddress(new URL(source), revision))).toBe(address);
  });

  it("of another server has no revision", () => {
    expect(() => filesAddress("https://example.org/a/", "v1")).toThrow('"https://example.org/a/" is not one');
  });

  it("has an address on the public hub", () => {
    expect(hubAddress({ id: "a/b", revision: undefined })).toBe("https://huggingface.co/a/b/resolve/main/");
    expect(hubAddress({ id: "a/b", revision: "refs/pr/1" })).toBe(
      "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/",
    );
  });
});
