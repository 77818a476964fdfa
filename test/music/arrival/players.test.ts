import { describe, expect, it } from "vitest";
import { ARRIVAL_55028, ARRIVAL_9772, parseInstruments } from "../../../encoding/index.ts";
import { OptionError } from "../../../src/options.ts";
import { requirePlayers } from "../../../src/music/arrival/players.ts";

describe("requirePlayers", () => {
  it("takes instruments of which the model has some", () => {
    expect(() => requirePlayers(ARRIVAL_9772, parseInstruments("piano, drums"))).not.toThrow();
    expect(() => requirePlayers(ARRIVAL_55028, new Set([128]))).not.toThrow();
  });

  it.each([
    ["drums", "the model has no Drums"],
    ["acoustic bass,drums", "the model has no Acoustic Bass or Drums"],
    [
      "guitar,drums",
      "the model has no Acoustic Guitar (nylon) or Acoustic Guitar (steel) or Electric Guitar (jazz) or " +
        "Electric Guitar (clean) or Electric Guitar (muted) or Overdriven Guitar or Distortion Guitar or Guitar Harmonics …",
    ],
  ])("refuses %s for a model without them, and names those that it has", (list, message) => {
    const refused = (): void => requirePlayers(ARRIVAL_9772, parseInstruments(list));
    expect(refused).toThrow(OptionError);
    expect(refused).toThrow(
      expect.objectContaining({
        message,
        hint: "choose among its instruments: Acoustic Grand Piano, String Ensemble 1, Flute",
      }),
    );
  });

  it("refuses an empty set", () => {
    expect(() => requirePlayers(ARRIVAL_55028, new Set())).toThrow("no instruments are chosen");
  });
});
