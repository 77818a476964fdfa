import type { TaskEvent, TaskResult, WritingProgress } from "./protocol.ts";

/** The page's end of one stream: a queue of events. */
export class EventQueue {
  /** The stream's number. */
  readonly stream: number;
  /** Called with the progress of an accompaniment or infilling. */
  onWritten: ((progress: WritingProgress) => void) | undefined;
  readonly #events: TaskEvent[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.fail(this.#signal?.reason);
  #end: { readonly result: TaskResult } | { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param signal when it aborts, the queue fails with its reason. */
  constructor(stream: number, signal?: AbortSignal) {
    this.stream = stream;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Whether the stream has ended in the worker; an abort does not count. */
  get isOver(): boolean {
    return this.#end !== undefined && !this.#signal?.aborted;
  }

  /** The result of the task. */
  get result(): TaskResult {
    return this.#end && "result" in this.#end ? this.#end.result : undefined;
  }

  push(event: TaskEvent): void {
    if (this.#end) return; // sent before the stream failed
    this.#events.push(event);
    this.#wake?.();
  }

  finish(result: TaskResult): void {
    this.#end ??= { result };
    this.#wake?.();
  }

  /** Discards the queued events and fails. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#events.length = 0;
    this.#wake?.();
  }

  /** The next event; undefined at the end of the stream. Only one caller may wait at a time. */
  async next(): Promise<TaskEvent | undefined> {
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

  /** Removes the listener of the signal. */
  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
