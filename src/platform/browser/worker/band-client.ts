import type {
  ArrivalEventsOptions,
  ArrivalExplanation,
  ArrivalPlace,
  ArrivalSetting,
  BandExplainOptions,
  GeneratedArrival,
} from "../../../music/index.ts";
import type { Connection } from "./connection.ts";
import { EVENTS_AHEAD, type ModelFacts } from "./protocol.ts";
import { eventsOf, resultOf } from "./streamed-events.ts";

/** An `ArrivalModel` in a worker: notes go there, events come back. */
export class WorkerBandModel {
  readonly facts: ModelFacts;
  readonly #connection: Connection;

  constructor(connection: Connection, facts: ModelFacts) {
    this.#connection = connection;
    this.facts = facts;
  }

  /** See `ArrivalModel.events`. The worker generates up to 64 events ahead, then waits. */
  async *events(
    setting: ArrivalSetting,
    { signal, ...options }: ArrivalEventsOptions,
  ): AsyncGenerator<GeneratedArrival, void> {
    const task = { kind: "arrival", setting, options, ahead: EVENTS_AHEAD } as const;
    for await (const event of eventsOf(this.#connection, task, signal)) {
      if (!("samples" in event)) throw new TypeError("the worker sent an event of another task");
      yield event;
    }
  }

  /** See `ArrivalModel.explain`. */
  async explain(place: ArrivalPlace, options: BandExplainOptions = {}): Promise<ArrivalExplanation> {
    const result = await resultOf(this.#connection, { kind: "explain-arrival", place, options });
    if (result && "events" in result && "candidates" in result) return result;
    throw new TypeError("the worker sent no explanation");
  }

  /** Disposes the model and terminates the worker. Running generations fail with an EngineError. */
  async dispose(): Promise<void> {
    await this.#connection.dispose();
  }
}
