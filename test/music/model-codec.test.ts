import { describe, expect, it } from "vitest";
import { requireCodec } from "../../src/music/index.ts";

describe("requireCodec", () => {
  it("takes what config.json, the number of ids, the id on the hub or the option tells", () => {
    expect(requireCodec({ vocabulary: "performance-416", vocabularySize: 416 }, "performance")).toBe(
      "performance-416",
    );
    expect(requireCodec({ vocabularySize: 390 }, "performance")).toBe("midi-neural-processor");
    expect(requireCodec({ vocabularySize: 55_028 }, "arrival")).toBe("arrival-55028");
    const id = "stanford-crfm/music-small-800k";
    expect(requireCodec({ vocabularySize: 55_040 }, "arrival", { id })).toBe("arrival-55028");
    expect(requireCodec({ vocabularySize: 60_000 }, "arrival", { codec: "arrival-55028" })).toBe(
      "arrival-55028",
    );
  });

  it.each([
    [{ vocabularySize: 60_000 }, "it is not known what the model's 60000 ids mean"],
    [{ vocabulary: "mine", vocabularySize: 388 }, 'the vocabulary of the model, "mine", is unknown'],
    [{ vocabulary: "text", vocabularySize: 512 }, "the model's 512 ids are text, not arrival times"],
    [{ vocabularySize: 388 }, 'the model\'s 388 ids are "performance-388", not arrival times'],
  ])("refuses %j", (config, message) => {
    expect(() => requireCodec(config, "arrival")).toThrow(
      expect.objectContaining({ name: "OptionError", code: "not-for-this-model", message }),
    );
  });
});
