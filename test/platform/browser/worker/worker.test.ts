import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PERFORMANCE_416, readMidi, scoreFromNotes, TASKS, writeMidi } from "../../../../encoding/index.ts";
import { CheckpointError } from "../../../../models/index.ts";
import { EngineError } from "../../../../src/engine/index.ts";
import { MusicModel } from "../../../../src/music/music-model.ts";
import type { MusicEvent } from "../../../../src/music/options.ts";
import type { GenerateNotesOptions } from "../../../../src/music/performance-engine.ts";
import { PerformanceModel } from "../../../../src/music/performance-model.ts";
import { PrimerError } from "../../../../src/music/primer.ts";
import { loadMusicModel } from "../../../../src/platform/node/index.ts";
import { TaskError } from "../../../../src/music/task-error.ts";
import { OptionError } from "../../../../src/options.ts";
import { WorkerMusicModel } from "../../../../src/platform/browser/worker/client.ts";
import type { Request, ServedModel } from "../../../../src/platform/browser/worker/protocol.ts";
import { type ModelLoader, serveMusicModel } from "../../../../src/platform/browser/worker/serve.ts";
import { tinyPiano, twoVoices } from "../../../music/tiny-piano.ts";
import { writeTinyCheckpoint } from "../../../tiny-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-worker-"));
const ports: MessagePort[] = [];
let local: MusicModel;
/** A model with all tasks in its config. */
let tasked: MusicModel;

beforeAll(async () => {
  local = await loadMusicModel(writeTinyCheckpoint(folder));
  tasked = await tinyPiano();
});

afterAll(async () => {
  await local.dispose();
  await tasked.dispose();
  for (const port of ports) port.close();
});

/** The complete protocol without a thread. @param requests receives the page's messages. */
function connect(load: ModelLoader, requests: Request[] = []): Promise<WorkerMusicModel> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port1.start();
  port2.start();
  port2.addEventListener("message", ({ data }: MessageEvent<Request>) => requests.push(data));
  serveMusicModel(port2, load);
  return WorkerMusicModel.load("http://localhost/model/", { worker: port1 });
}

/** Serves what a `MusicModel` runs. */
function serving({ decoder }: MusicModel): ModelLoader {
  return offering(new PerformanceModel(decoder), decoder.config.tasks ?? []);
}

function offering(model: ServedModel, tasks: readonly string[] = TASKS): ModelLoader {
  return async () => ({
    model,
    facts: {
      vocabulary: PERFORMANCE_416.name,
      window: 32,
      layers: 2,
      heads: 2,
      tasks,
      backend: "node",
      threads: 1,
      warnings: [],
    },
  });
}

/** A model that yields ascending events, and their count. */
function counter(): { readonly model: ServedModel; made: number; begun: boolean; ended: boolean } {
  const state = {
    made: 0,
    begun: false,
    ended: false,
    model: {
      async *continue(): AsyncGenerator<MusicEvent, void> {
        try {
          for (; ; state.made += 1) yield { id: 256, kind: "TIME_SHIFT", value: 1, seconds: state.made };
        } finally {
          state.ended = true;
        }
      },
      generate: () => Promise.reject(new RangeError("not this one")),
      accompany: (_melody, { signal }: GenerateNotesOptions = {}) =>
        new Promise((_resolve, reject) => {
          state.begun = true;
          signal?.addEventListener("abort", () => {
            state.ended = true;
            reject(signal.reason);
          });
        }),
      infill: () => Promise.reject(new RangeError("nor that one")),
      explain: () => Promise.reject(new RangeError("nor this one")),
      prefill: async () => {},
      dispose: async () => {},
    } satisfies ServedModel,
  };
  return state;
}

async function collect(events: AsyncIterable<MusicEvent>): Promise<MusicEvent[]> {
  const all: MusicEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Waits for messages in both directions, to check that something does not happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

const primer = scoreFromNotes([
  { pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 0.4 },
  { pitch: 64, velocity: 70, startSeconds: 0.5, endSeconds: 0.9 },
]);

describe("WorkerMusicModel", () => {
  it("yields the same events as the model", async () => {
    const remote = await connect(serving(local));
    const options = { seconds: 4, seed: 7, topP: 0.95 };
    expect(await collect(remote.continue(primer, options))).toEqual(
      await collect(local.continue(primer, options)),
    );
    expect(remote.facts).toEqual({
      vocabulary: "performance-416",
      window: 32,
      layers: 2,
      heads: 2,
      tasks: [],
      backend: "node",
      threads: 1,
      warnings: [],
    });
  });

  it("generates the same score as the model", async () => {
    const remote = await connect(serving(local));
    const options = { seconds: 2, seed: 3, primer };
    const events: MusicEvent[] = [];
    const here = await local.generate(options);
    const there = await remote.generate({ ...options, onEvent: (event) => events.push(event) });
    expect(writeMidi(there.score)).toEqual(writeMidi(here.score));
    expect(there.seed).toBe(3);
    expect(events).toHaveLength(here.events);
    expect(readMidi(writeMidi(there.score)).notes).toHaveLength(here.notes + primer.notes.length);
  });

  it("explains and prefills like the model", async () => {
    // The same cache here and there: numbers depend in their last digits on how the ids were read.
    const served = new PerformanceModel(local.decoder);
    const remote = await connect(offering(served));
    const ids = [];
    for await (const { id } of local.continue(primer, { seed: 7 })) if (ids.push(id) === 10) break;
    const options = { topK: 20, attention: { layers: [0] } };
    await remote.prefill(ids);
    expect(await remote.explain(ids, 10, options)).toEqual(await served.explain(ids, 10, options));
    // One key, over and over: what it is kept from doing is what it does where it is not.
    const repeated = [375, ...Array.from({ length: 40 }, () => [60, 265, 188, 265]).flat()];
    const [controlled, free] = [
      await served.explain(repeated, 161),
      await served.explain(repeated, 161, { driftControl: false }),
    ];
    expect(controlled).not.toEqual(free);
    // Without a seed, nothing is random.
    for (let again = 0; again < 8; again += 1)
      expect(await served.explain(repeated, 161)).toEqual(controlled);
    expect(await served.explain(repeated, 161, { seed: 0 })).toEqual(controlled);
    expect(await remote.explain(repeated, 161)).toEqual(controlled);
    expect(await remote.explain(repeated, 161, { driftControl: false })).toEqual(free);
    await expect(remote.explain(ids, 11)).rejects.toBeInstanceOf(OptionError);
  });

  it("accompanies and infills like the model, and reports progress", async () => {
    const remote = await connect(serving(tasked));
    const [hereSteps, thereSteps]: [unknown[], unknown[]] = [[], []];
    const onProgress = (step: unknown): void => void thereSteps.push(step);
    const melody = scoreFromNotes(twoVoices(4));
    const here = await tasked.accompany(melody, { seed: 5, onProgress: (step) => hereSteps.push(step) });
    const there = await remote.accompany(melody, { seed: 5, onProgress });
    expect(writeMidi(there.score)).toEqual(writeMidi(here.score));
    expect({ ...there, score: 0 }).toEqual({ ...here, score: 0 });
    expect(thereSteps).toEqual(hereSteps);
    const region = { fromSeconds: 1, toSeconds: 2.5, seed: 5 };
    const filled = await remote.infill(melody, { ...region, onProgress });
    expect(writeMidi(filled.score)).toEqual(writeMidi((await tasked.infill(melody, region)).score));
    expect(thereSteps.length).toBeGreaterThan(hereSteps.length);
    expect(remote.facts.tasks).toEqual(TASKS);
    await expect(remote.infill(melody, { ...region, toSeconds: 99 })).rejects.toBeInstanceOf(OptionError);
    const untrained = await connect(serving(local));
    await expect(untrained.accompany(melody)).rejects.toBeInstanceOf(TaskError);
  });

  it("sends ids and notes to the worker, and no scores", async () => {
    const requests: Request[] = [];
    const remote = await connect(serving(tasked), requests);
    const options = { seed: 5, port: 3 };
    await remote.accompany(primer, options);
    await remote.generate({ ...options, primer, primerSeconds: 0.5, tracks: { tracks: [0] }, seconds: 1 });
    await remote.infill(primer, { ...options, fromSeconds: 0.45, toSeconds: 1 });
    expect(requests.slice(1)).toEqual([
      {
        type: "start",
        stream: 1,
        task: {
          kind: "accompany",
          melody: {
            ids: [378, 60, 295, 188, 265, 373, 64, 295, 192],
            notes: [
              { pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 0.4 },
              { pitch: 64, velocity: 70, startSeconds: 0.5, endSeconds: 0.9 },
            ],
            seconds: 0.9,
          },
          options: { seed: 5 },
        },
      },
      {
        type: "start",
        stream: 2,
        task: {
          kind: "generate",
          ids: [378, 60, 295, 188, 265, 373, 64],
          options: { seed: 5, seconds: 1 },
          withEvents: false,
        },
      },
      {
        type: "start",
        stream: 3,
        task: {
          kind: "infill",
          region: {
            parts: { prefix: [], middle: [310], suffix: [], firstNote: 1 },
            fromStep: 45,
            toStep: 100,
            heldKeys: [],
          },
          options: { seed: 5 },
        },
      },
    ]);
  });

  it("stops the generation when the signal aborts", async () => {
    const source = counter();
    const remote = await connect(offering(source.model));
    const abort = new AbortController();
    const writing = remote.accompany(primer, { signal: abort.signal });
    await expect.poll(() => source.begun).toBe(true);
    abort.abort(new Error("enough"));
    await expect(writing).rejects.toThrow("enough");
    await expect.poll(() => source.ended).toBe(true);
  });

  it("generates a bounded number of events ahead", async () => {
    const source = counter();
    const remote = await connect(offering(source.model));
    const events = remote.continue(undefined);
    await events.next();
    await expect.poll(() => source.made).toBe(63); // the 64th waits
    await settle();
    expect(source.made).toBe(63);
    for (let i = 0; i < 1000; i += 1) expect((await events.next()).value?.seconds).toBe(i + 1);
    expect(source.made).toBeLessThan(1100);
  });

  it("stops the model when the iteration stops", async () => {
    const source = counter();
    const remote = await connect(offering(source.model));
    for await (const event of remote.continue(undefined)) if (event.seconds === 200) break;
    await expect.poll(() => source.ended).toBe(true);
  });

  it("stops the model and throws the reason when the signal aborts", async () => {
    const source = counter();
    const remote = await connect(offering(source.model));
    const abort = new AbortController();
    const reason = new Error("enough");
    const events = remote.continue(undefined, { signal: abort.signal });
    await events.next();
    abort.abort(reason);
    await expect(events.next()).rejects.toBe(reason);
    await expect.poll(() => source.ended).toBe(true);
    const never = remote.continue(undefined, { signal: AbortSignal.abort(reason) });
    await expect(never.next()).rejects.toBe(reason);
  });

  it("throws errors of the same class, with hint and code", async () => {
    const remote = await connect(serving(local));
    const silent = scoreFromNotes([]);
    const failure = collect(remote.continue(silent));
    await expect(failure).rejects.toBeInstanceOf(PrimerError);
    await expect(failure).rejects.toMatchObject({
      message: "the primer has no notes other than percussion",
      hint: "give a MIDI file with pitched notes",
    });
    await expect(collect(remote.continue(primer, { topP: 2 }))).rejects.toBeInstanceOf(OptionError);
    const other = await connect(offering(counter().model));
    await expect(other.generate({ seconds: 1 })).rejects.toBeInstanceOf(RangeError);
    const missing = connect(async () => {
      throw new CheckpointError("no model", { code: "missing-file", hint: "make one" });
    });
    await expect(missing).rejects.toBeInstanceOf(CheckpointError);
    await expect(missing).rejects.toMatchObject({ code: "missing-file", hint: "make one" });
  });

  it("runs two generations at once", async () => {
    const remote = await connect(serving(local));
    const both = await Promise.all(
      [3, 4].map((seed) => collect(remote.continue(primer, { seconds: 2, seed }))),
    );
    const alone = await collect(local.continue(primer, { seconds: 2, seed: 4 }));
    expect(both[1]).toEqual(alone);
    expect(both[0]).not.toEqual(alone);
  });

  it("ends running tasks on dispose, and refuses new ones", async () => {
    const source = counter();
    const remote = await connect(offering(source.model));
    const events = remote.continue(undefined);
    await events.next();
    await remote.dispose();
    await expect(events.next()).rejects.toBeInstanceOf(EngineError);
    await expect(remote.continue(undefined).next()).rejects.toMatchObject({ code: "disposed" });
    expect(source.ended).toBe(true);
    await remote.dispose();
  });
});
