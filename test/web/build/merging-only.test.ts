import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { withoutOthers } from "../../../web/build/merging-only.ts";

const MODULE = readFileSync(fileURLToPath(import.meta.resolve("@huggingface/tokenizers")), "utf8");

test("replaces the factories of the installed version; byte pairs are merged as before", async () => {
  const code = withoutOthers(MODULE);
  const { Tokenizer } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
  const none = { normalizer: { type: "NFC" }, pre_tokenizer: null, post_processor: null, decoder: null };
  const tokenizer = new Tokenizer({ ...none, added_tokens: [], model }, {});
  expect(tokenizer.model.encode(["abba"])).toEqual(["ab", "b", "a"]);
  expect(tokenizer.normalizer).toBeNull();
});

test("refuses a version without one of them", () => {
  expect(() => withoutOthers(MODULE.replace("function create_decoder(", "function make_decoder("))).toThrow(
    "@huggingface/tokenizers has no create_decoder",
  );
});
