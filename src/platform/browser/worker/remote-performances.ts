/** The page's side of the protocol: ids go to the worker, events and notes come back. */
import type { Vocabulary } from "../../../../encoding/index.ts";
import type { Explanation } from "../../../engine/index.ts";
import type {
  ContinuePerformanceOptions,
  ExplainOptions,
  GeneratedNotes,
  GeneratedPerformance,
  GenerateNotesOptions,
  GeneratePerformanceOptions,
  MelodyPrompt,
  MusicEvent,
  PerformanceEngine,
  RegionPrompt,
} from "../../../music/index.ts";
import type { Connection } from "./connection.ts";
import { EVENTS_AHEAD, type PerformanceTask, type TaskEvent, type TaskResult } from "./protocol.ts";
import { eventsOf } from "./streamed-events.ts";

/** A `PerformanceModel` in a worker. */
export class RemotePerformances implements PerformanceEngine {
  readonly vocabulary: Vocabulary;
  readonly config: PerformanceEngine["config"];
  readonly #connection: Connection;

  constructor(connection: Connection, vocabulary: Vocabulary, config: PerformanceEngine["config"]) {
    this.#connection = connection;
    this.vocabulary = vocabulary;
    this.config = config;
  }

  /** The worker generates up to 64 events ahead, then waits. */
  async *continue(
    ids: readonly number[],
    { signal, ...options }: ContinuePerformanceOptions,
  ): AsyncGenerator<MusicEvent, void> {
    const task = { kind: "continue", ids, options, ahead: EVENTS_AHEAD } as const;
    for await (const event of eventsOf(this.#connection, task, signal)) yield musicEvent(event);
  }

  async generate(
    ids: readonly number[],
    { signal, onEvent, ...options }: GeneratePerformanceOptions,
  ): Promise<GeneratedPerformance> {
    const task = { kind: "generate", ids, options, withEvents: onEvent !== undefined } as const;
    const result = await this.#perform(task, { signal, onEvent });
    if (result && "start" in result) return result;
    throw new TypeError("the worker sent no performance");
  }

  async accompany(
    melody: MelodyPrompt,
    { signal, onProgress, ...options }: GenerateNotesOptions,
  ): Promise<GeneratedNotes> {
    return notesOf(await this.#perform({ kind: "accompany", melody, options }, { signal, onProgress }));
  }

  async infill(
    region: RegionPrompt,
    { signal, onProgress, ...options }: GenerateNotesOptions,
  ): Promise<GeneratedNotes> {
    return notesOf(await this.#perform({ kind: "infill", region, options }, { signal, onProgress }));
  }

  async explain(ids: readonly number[], index: number, options: ExplainOptions): Promise<Explanation> {
    const result = await this.#perform({ kind: "explain", ids, index, options });
    if (result && "candidates" in result) return result;
    throw new TypeError("the worker sent no explanation");
  }

  async prefill(ids: readonly number[]): Promise<void> {
    await this.#perform({ kind: "prefill", ids });
  }

  /** Runs a task in the worker to its end. */
  async #perform(
    task: PerformanceTask,
    { signal, onEvent, onProgress }: Listeners = {},
  ): Promise<TaskResult> {
    const queue = this.#connection.start(task, signal);
    queue.onWritten = onProgress;
    try {
      for (let event = await queue.next(); event; event = await queue.next()) onEvent?.(musicEvent(event));
      return queue.result;
    } finally {
      this.#connection.stop(queue.stream);
    }
  }
}

/** Callbacks and the signal of a running task. */
interface Listeners {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: GeneratePerformanceOptions["onEvent"] | undefined;
  readonly onProgress?: GenerateNotesOptions["onProgress"] | undefined;
}

function notesOf(result: TaskResult): GeneratedNotes {
  if (result && "notes" in result) return result;
  throw new TypeError("the worker sent no notes");
}

function musicEvent(event: TaskEvent): MusicEvent {
  if ("id" in event) return event;
  throw new TypeError("the worker sent an event of another task");
}
