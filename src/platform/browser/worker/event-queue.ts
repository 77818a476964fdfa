import type { MusicEvent } from "../../../music/index.ts";
import type { TaskResult, WritingProgress } from "./protocol.ts";

/** The page's end of one stream: events wait here until they are taken. */
export class EventQueue {
  /** The stream's number. */
  readonly stream: number;
  /** Told how far music that is written into a score is. */
  onWritten: ((progress: WritingProgress) => void) | undefined;
  readonly #events: MusicEvent[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.fail(this.#signal?.reason);
  #end: { readonly result: TaskResult } | { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param signal fails the queue with its reason. */
  constructor(stream: number, signal?: AbortSignal) {
    this.stream = stream;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Whether the stream has come to its end in the worker; an abort does not count. */
  get isOver(): boolean {
    return this.#end !== undefined && !this.#signal?.aborted;
  }

  /** What the task gave besides events. */
  get result(): TaskResult {
    return this.#end && "result" in this.#end ? this.#end.result : undefined;
  }

  push(event: MusicEvent): void {
    if (this.#end) return; // on its way when the stream failed
    this.#events.push(event);
    this.#wake?.();
  }

  finish(result: TaskResult): void {
    this.#end ??= { result };
    this.#wake?.();
  }

  /** Events that wait are not delivered any more. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#events.length = 0;
    this.#wake?.();
  }

  /** The next event; undefined at the end of the stream. One caller at a time. */
  async next(): Promise<MusicEvent | undefined> {
    while (this.#events.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const event = this.#events.shift();
    if (event) return event;
    if (this.#end && "error" in this.#end) throw this.#end.error;
    return undefined;
  }

  /** Lets go of the signal. */
  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
