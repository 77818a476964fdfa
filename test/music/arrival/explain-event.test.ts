import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ARRIVAL_55028,
  type ArrivalNote,
  type ArrivalSlot,
  type TimedEvent,
} from "../../../encoding/index.ts";
import type { Decoder } from "../../../src/engine/index.ts";
import { ArrivalModel, type GeneratedArrival } from "../../../src/music/index.ts";
import { loadNetwork } from "./network.ts";

const SLOTS: readonly ArrivalSlot[] = ["onset", "duration", "note"];
const SAMPLING = { seed: 3, topP: 0.9 };

let decoder: Decoder;
let model: ArrivalModel;
/** A primer with a silence of more than a second, and what follows it. */
const primer: ArrivalNote[] = [0, 250].map((onsetStep) => ({
  kind: "note",
  onsetStep,
  durationSteps: 5000,
  pitch: 60,
  instrument: 33,
  isControl: false,
}));
const generated: GeneratedArrival[] = [];

beforeAll(async () => {
  decoder = await loadNetwork();
  model = new ArrivalModel(decoder, ARRIVAL_55028);
  const setting = { prompt: primer, controls: [], startStep: 250, endStep: 400 };
  for await (const event of model.events(setting, SAMPLING)) generated.push(event);
});

afterAll(() => decoder.dispose());

describe("ArrivalModel.explain", () => {
  it("has the values of a generation among its candidates, as the note that they would give", async () => {
    const notes = generated.filter(({ event }) => event.kind === "note");
    expect(notes.length).toBeGreaterThan(1);
    for (const one of notes.slice(0, 3)) {
      const { event: note } = one;
      if (note.kind !== "note") continue;
      const prompt: TimedEvent[] = [
        ...primer,
        ...generated.slice(0, generated.indexOf(one)).map(({ event }) => event),
      ];
      for (const [place, slot] of SLOTS.entries()) {
        const { candidates, probability, words } = await model.explain(
          { prompt, note, slot },
          { ...SAMPLING, candidates: 60_000 },
        );
        expect(probability).toBeGreaterThan(0);
        const own = candidates.find(({ id }) => id === one.samples[place]?.id);
        expect(own?.event).toEqual(note);
        expect(own?.words).toBe(words);
        expect(own?.probability).toBe(probability);
        const others = candidates.filter((each) => each !== own).map(({ event }) => event);
        for (const other of others) {
          const { onsetStep, durationSteps, pitch, instrument } = note;
          const values = { onset: { onsetStep }, duration: { durationSteps }, note: { pitch, instrument } };
          expect(other).not.toMatchObject(values[slot]);
        }
      }
    }
  });

  it("says which event the values of the window belong to; rests in silence belong to none", async () => {
    const [first, second] = primer;
    const { events, attention } = await model.explain(
      { prompt: [first!], note: second!, slot: "note" },
      { attention: { layers: [0], heads: [1] } },
    );
    // A rest after 1 s, another after 2 s.
    expect(events).toEqual([0, -1, -1]);
    expect(attention).toMatchObject([{ layer: 0, heads: [1], from: 0 }]);
    // The start, three values of each event, onset and duration of the note.
    expect(attention[0]?.weights).toHaveLength(1 + 3 * 3 + 2);
  });

  it("explains the first note of a piece", async () => {
    const { candidates, events, words } = await model.explain(
      { prompt: [], note: primer[0]!, slot: "onset" },
      { candidates: 1 },
    );
    expect(events).toEqual([]);
    expect(words).toBe("at the same time");
    expect(candidates).toHaveLength(1);
  });

  it("explains the end of a piece longer than the window", async () => {
    const prompt = Array.from({ length: 700 }, (_, i) => ({
      ...primer[0]!,
      durationSteps: 10,
      onsetStep: 10 * i,
    }));
    const note = { ...primer[0]!, onsetStep: 7000 };
    const { events, words } = await model.explain({ prompt, note, slot: "onset" });
    expect(events).toEqual(Array.from({ length: 170 }, (_, i) => 530 + i));
    expect(words).toBe("0.10 s later");
  });
});
