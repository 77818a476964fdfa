import { afterAll, beforeAll, expect, it } from "vitest";
import { ARRIVAL_55028, PERFORMANCE_416 } from "../../../../encoding/index.ts";
import type { Decoder } from "../../../../src/engine/index.ts";
import {
  ArrivalModel,
  type ArrivalPlace,
  type ArrivalSetting,
  type GeneratedArrival,
} from "../../../../src/music/index.ts";
import {
  loadInWorker,
  serveMusicModel,
  WorkerBandModel,
} from "../../../../src/platform/browser/worker/index.ts";
import { WorkerMusicModel } from "../../../../src/platform/browser/worker/client.ts";
import type { ServedBand } from "../../../../src/platform/browser/worker/protocol.ts";
import { loadNetwork } from "../../../music/arrival/network.ts";

const ports: MessagePort[] = [];
let decoder: Decoder;

beforeAll(async () => {
  decoder = await loadNetwork();
});

afterAll(async () => {
  await decoder.dispose();
  for (const port of ports) port.close();
});

/** The page's end of a worker that serves a model. */
function serving(model: ServedBand, vocabulary = ARRIVAL_55028.name): MessagePort {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port1.start();
  port2.start();
  const tasks = ["accompany", "infill"];
  const facts = {
    vocabulary,
    window: 64,
    layers: 2,
    heads: 2,
    tasks,
    backend: "node",
    threads: 1,
    warnings: [],
  } as const;
  serveMusicModel(port2, async () => ({ model, facts }));
  return port1;
}

const served = (model: ArrivalModel): ServedBand => ({
  events: (...given) => model.events(...given),
  explain: (...given) => model.explain(...given),
  dispose: async () => undefined,
});

const load = (worker: MessagePort): Promise<WorkerBandModel | WorkerMusicModel> =>
  loadInWorker("http://localhost/model/", { worker });

const PIANO_NOTE = { kind: "note", durationSteps: 50, pitch: 60, instrument: 0, isControl: false } as const;
const SETTING: ArrivalSetting = {
  prompt: [{ ...PIANO_NOTE, onsetStep: 0 }],
  // Longer than the vocabulary has durations.
  controls: [{ ...PIANO_NOTE, onsetStep: 150, durationSteps: 5000, instrument: 33 }],
  startStep: 60,
  endStep: 400,
};

async function collect(events: AsyncIterable<GeneratedArrival>): Promise<GeneratedArrival[]> {
  const all: GeneratedArrival[] = [];
  for await (const event of events) all.push(event);
  return all;
}

it("generates the same events in a worker as in this thread", async () => {
  const model = new ArrivalModel(decoder, ARRIVAL_55028);
  const options = { seed: 4, topP: 0.9, instruments: new Set([0, 33]) };
  const expected = await collect(model.events(SETTING, options));
  expect(expected.length).toBeGreaterThan(2);
  const band = await load(serving(served(model)));
  if (!(band instanceof WorkerBandModel)) throw new TypeError("not of several instruments");
  expect(band.facts.tasks).toEqual(["accompany", "infill"]);
  expect(await collect(band.events(SETTING, options))).toEqual(expected);
  await band.dispose();
  await expect(collect(band.events(SETTING, options))).rejects.toMatchObject({ code: "disposed" });
});

it("explains a value of a note in a worker as in this thread", async () => {
  const model = new ArrivalModel(decoder, ARRIVAL_55028);
  const band = await load(serving(served(model)));
  if (!(band instanceof WorkerBandModel)) throw new TypeError("not of several instruments");
  const place: ArrivalPlace = {
    prompt: SETTING.prompt,
    note: { ...PIANO_NOTE, onsetStep: 60, pitch: 64 },
    slot: "note",
  };
  const options = { topP: 0.9, candidates: 3, attention: { layers: [0] } };
  const explanation = await band.explain(place, options);
  // A model that has read nothing, as the one in the worker: logits of a prefix read before differ in the last digits.
  expect(explanation).toEqual(await new ArrivalModel(decoder, ARRIVAL_55028).explain(place, options));
  expect(explanation.words).toBe("E4 on Acoustic Grand Piano");
  await expect(band.explain(place, { topP: 2 })).rejects.toThrow("topP must be");
});

it("ends the generation in the worker when the page stops", async () => {
  let ended = false;
  const rest: GeneratedArrival = {
    event: { kind: "rest", onsetStep: 0 },
    samples: [{ id: 0 }, { id: 0 }, { id: 0 }],
  };
  const endless: ServedBand = {
    async *events() {
      try {
        for (;;) yield rest;
      } finally {
        ended = true;
      }
    },
    explain: () => Promise.reject(new TypeError("not asked")),
    dispose: async () => undefined,
  };
  const band = await load(serving(endless));
  if (!(band instanceof WorkerBandModel)) throw new TypeError("not of several instruments");
  for await (const event of band.events(SETTING, {})) {
    expect(event).toEqual(rest);
    break;
  }
  await band.dispose();
  expect(ended).toBe(true);
});

it("passes the errors of the options, and refuses tasks of a piano", async () => {
  const model = new ArrivalModel(decoder, ARRIVAL_55028);
  const band = await load(serving(served(model)));
  if (!(band instanceof WorkerBandModel)) throw new TypeError("not of several instruments");
  await expect(collect(band.events(SETTING, { topP: 2 }))).rejects.toThrow("topP must be");
  // A worker of another version.
  const piano = await load(serving(served(model), PERFORMANCE_416.name));
  if (!(piano instanceof WorkerMusicModel)) throw new TypeError("not of a piano");
  await expect(piano.prefill([60])).rejects.toThrow('"prefill" is not a task of this model');
});
