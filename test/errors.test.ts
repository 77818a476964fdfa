import { describe, expect, it } from "vitest";
import { parseInstruments, parseSelection, PERFORMANCE_416, readMidi } from "../encoding/index.ts";
import { TextTokenizer } from "../encoding/text/text.ts";
import { parseConfig } from "../models/index.ts";
import { UsageError } from "../src/cli/errors.ts";
import { isErrorWithHint } from "../src/errors.ts";
import { checkPrecision, checkSampling } from "../src/options.ts";
import { Sampler } from "../src/engine/sampler.ts";
import { serializeError, deserializeError } from "../src/platform/browser/worker/errors.ts";

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new TypeError("nothing was thrown");
}

const FAULTS: readonly (readonly [name: string, code: string, action: () => unknown])[] = [
  ["MidiError", "empty", () => readMidi(new Uint8Array())],
  ["VocabularyError", "unknown-id", () => PERFORMANCE_416.event(416)],
  ["VocabularyError", "unknown-event", () => PERFORMANCE_416.id("NOTE_ON", 128)],
  ["SelectionError", "bad-term", () => parseSelection("first")],
  ["ArrivalError", "unknown-instrument", () => parseInstruments("zither of glass")],
  ["TokenizerError", "not-a-tokenizer", () => new TextTokenizer({})],
  ["CheckpointError", "bad-config", () => parseConfig([])],
  ["OptionError", "unknown-choice", () => checkPrecision("int3")],
  ["OptionError", "out-of-range", () => checkSampling({ topP: 2 })],
  ["OptionError", "not-for-this-model", () => new Sampler({ pitchTemperature: 0.5 })],
  [
    "EngineError",
    "no-allowed-id",
    () => new Sampler().sample(new Float32Array(2), 0, { allowed: new Uint8Array(2) }),
  ],
];

describe("a thrown error", () => {
  it.each(FAULTS)("%s has the code %s and a hint", (name, code, action) => {
    const error = thrownBy(action);
    expect(isErrorWithHint(error)).toBe(true);
    expect(error).toMatchObject({ name, code, hint: expect.stringMatching(/\w+ \w+/) });
  });

  it.each(FAULTS)("%s keeps code %s, hint and class across a worker's border", (_name, code, action) => {
    const error = thrownBy(action);
    const copy = deserializeError(structuredClone(serializeError(error)));
    expect(copy).toMatchObject({ code, hint: isErrorWithHint(error) ? error.hint : undefined });
    expect(isErrorWithHint(copy)).toBe(true);
  });

  it("of wrong usage has the code usage", () => {
    expect(new UsageError("--a needs --b", "add it")).toMatchObject({ code: "usage", hint: "add it" });
  });

  it("of the system or of the language is none of the toolkit's", () => {
    expect(isErrorWithHint(Object.assign(new Error("no file"), { code: "ENOENT" }))).toBe(false);
    expect(isErrorWithHint({ code: "empty", hint: "give a file" })).toBe(false);
  });
});
