import { describe, expect, test } from "vitest";
import { ARRIVAL_55028, ARRIVAL_VOCABULARIES, MUSIC_CODECS, VOCABULARIES } from "../../../encoding/index.ts";
import { type Codec, codecOf, type CodecEvidence, sampledRanges, sliceHead } from "../../../models/index.ts";

const ARRIVAL: Codec = { kind: "arrival", vocabulary: "arrival-55028" };

test.each<[string, CodecEvidence, Codec | undefined]>([
  [
    "a vocabulary of performance events",
    { config: { vocabulary: "performance-416", vocabularySize: 416 }, hasTokenizer: false },
    { kind: "performance", vocabulary: "performance-416" },
  ],
  [
    "the vocabulary of text",
    { config: { vocabulary: "text", vocabularySize: 512 }, hasTokenizer: true },
    { kind: "text" },
  ],
  [
    "a vocabulary of its own, whatever its size",
    { config: { vocabulary: "mine", vocabularySize: 388 }, hasTokenizer: true },
    undefined,
  ],
  ["55,028 ids", { config: { vocabularySize: 55_028 }, hasTokenizer: false }, ARRIVAL],
  ["55,028 ids and a tokenizer", { config: { vocabularySize: 55_028 }, hasTokenizer: true }, ARRIVAL],
  [
    "388 ids",
    { config: { vocabularySize: 388 }, hasTokenizer: false },
    { kind: "performance", vocabulary: "performance-388" },
  ],
  [
    "310 ids",
    { config: { vocabularySize: 310 }, hasTokenizer: false },
    { kind: "performance", vocabulary: "score2perf" },
  ],
  [
    "a known id",
    { config: { vocabularySize: 55_040 }, id: "stanford-crfm/music-medium-800k", hasTokenizer: false },
    ARRIVAL,
  ],
  [
    "another id",
    { config: { vocabularySize: 50_257 }, id: "openai-community/gpt2", hasTokenizer: true },
    { kind: "text" },
  ],
  ["a tokenizer", { config: { vocabularySize: 50_257 }, hasTokenizer: true }, { kind: "text" }],
  [
    "a tokenizer, and the size of another vocabulary of music",
    { config: { vocabularySize: 647 }, hasTokenizer: true },
    { kind: "text" },
  ],
  ["nothing", { config: { vocabularySize: 20_000 }, hasTokenizer: false }, undefined],
])("the codec by %s", (_, evidence, expected) => {
  expect(codecOf(evidence)).toEqual(expected);
});

test.each([
  [647, "MIDI-GPT", /its weights are licensed for non-commercial research only/],
  [17_727, "Aria, a model of piano music", /17,727 ids/],
  [3_406, "SkyTNT's midi-model", /two Llama networks/],
  [
    34_025,
    '"interarrival times of the Anticipatory Music Transformer"',
    /a reader of this vocabulary is missing/,
  ],
])("%i ids are refused by the name of their vocabulary", (vocabularySize, name, hint) => {
  expect(() => codecOf({ config: { vocabularySize }, hasTokenizer: false })).toThrow(
    expect.objectContaining({
      name: "CheckpointError",
      code: "unsupported",
      message: `config.json: "vocab_size" ${vocabularySize} is that of ${name}`,
      hint: expect.stringMatching(hint),
    }),
  );
});

test("every vocabulary of music has a codec, and the sizes are those of the vocabularies", () => {
  for (const [name, { size }] of VOCABULARIES) {
    const expected = { kind: "performance", vocabulary: name };
    expect(codecOf({ config: { vocabulary: name, vocabularySize: size }, hasTokenizer: false })).toEqual(
      expected,
    );
    expect(codecOf({ config: { vocabularySize: size }, hasTokenizer: false })).toEqual(expected);
  }
  const { name: vocabulary, size: vocabularySize } = ARRIVAL_55028;
  expect(codecOf({ config: { vocabulary, vocabularySize }, hasTokenizer: false })).toEqual(ARRIVAL);
  expect(codecOf({ config: { vocabularySize }, hasTokenizer: false })).toEqual(ARRIVAL);
});

test("every codec of music is found by the name of its vocabulary", () => {
  for (const [name, { size }] of MUSIC_CODECS) {
    const found = codecOf({ config: { vocabulary: name, vocabularySize: size }, hasTokenizer: false });
    expect(found).toMatchObject({ vocabulary: name });
  }
});

describe("the codec that the user names", () => {
  const choose = (codec: string, config: CodecEvidence["config"]) =>
    codecOf({ config, codec, hasTokenizer: true });

  test("counts more than the number of ids and the tokenizer", () => {
    expect(choose("arrival-55028", { vocabularySize: 60_000 })).toEqual(ARRIVAL);
    expect(choose("arrival-55028", { vocabulary: "mine", vocabularySize: 55_028 })).toEqual(ARRIVAL);
    expect(choose("arrival-9772", { vocabularySize: 9_772 })).toEqual({
      kind: "arrival",
      vocabulary: "arrival-9772",
    });
  });

  test.each<[string, CodecEvidence["config"], string, string]>([
    [
      "remi",
      { vocabularySize: 55_028 },
      'there is no codec "remi"',
      "use one of: performance-416, performance-388, midi-neural-processor, score2perf, arrival-55028, arrival-9772",
    ],
    [
      "arrival-55028",
      { vocabulary: "performance-416", vocabularySize: 416 },
      'config.json: "vocabulary" is "performance-416", so the codec cannot be "arrival-55028"',
      "omit the codec",
    ],
    [
      "arrival-55028",
      { vocabularySize: 50_257 },
      'config.json: "vocab_size" is 50257, and "arrival-55028" has 55028 ids',
      "name the codec that the model was trained with",
    ],
    [
      "performance-388",
      { vocabularySize: 400 },
      'config.json: "vocab_size" is 400, and "performance-388" has 388 ids',
      "name the codec that the model was trained with",
    ],
  ])("is refused: %s for %j", (codec, config, message, hint) => {
    expect(() => choose(codec, config)).toThrow(
      expect.objectContaining({ name: "CheckpointError", code: "unknown-codec", message, hint }),
    );
  });
});

test("the ids of a step of arrival times are from one range", () => {
  expect(sampledRanges({ vocabularySize: 55_028 })).toEqual([10_000, 1000, 16_520]);
  expect(sampledRanges({ vocabulary: "arrival-9772", vocabularySize: 9772 })).toEqual([4000, 500, 388]);
  for (const { name, size, ...vocabulary } of ARRIVAL_VOCABULARIES.values()) {
    const slices = sliceHead(sampledRanges({ vocabulary: name, vocabularySize: size }), size);
    expect(slices).toHaveLength(4);
    const starts = [0, vocabulary.durationFirst, vocabulary.noteFirst];
    expect(slices.slice(0, 3).map(({ first }) => first)).toEqual(starts);
    expect(vocabulary.rest).toBeLessThan(slices[3]!.first);
    for (const { first } of slices) expect(first % 4).toBe(0);
  }
});

test("other ids may follow any other", () => {
  expect(sampledRanges({ vocabulary: "performance-416", vocabularySize: 416 })).toEqual([]);
  expect(sampledRanges({ vocabulary: "text", vocabularySize: 55_028 })).toEqual([]);
  expect(sampledRanges({ vocabulary: "mine", vocabularySize: 55_028 })).toEqual([]);
  expect(sampledRanges({ vocabularySize: 50_257 })).toEqual([]);
});
