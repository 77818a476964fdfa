import { expect, it } from "vitest";
import { tokensHash } from "../../../src/tools/dataset/tokens-hash.ts";

const END = { id: 2, content: "<|endoftext|>" };

it("hashes the tokens in the order of their ids", () => {
  // training/tests/test_tokens.py has the same value.
  const expected = "f93c6d4ee68dbb326937516e8ac58c7050f9684560ea5f21b211551ec8eb4d91";
  expect(tokensHash({ model: { vocab: { é: 1, a: 0 } }, added_tokens: [END] })).toBe(expected);
  expect(tokensHash({ model: { vocab: { a: 0, é: 1, "<|endoftext|>": 2 } } })).toBe(expected);
});

it("tells two tokenizers of the same size apart", () => {
  expect(tokensHash({ model: { vocab: { a: 1, é: 0 } }, added_tokens: [END] })).toBe(
    "5bb4a121427d2dcd26b746d7dc9aed4e98305da5caa303201efb7a9542a7efd6",
  );
});
