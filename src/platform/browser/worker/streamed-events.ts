import type { Connection } from "./connection.ts";
import { EVENTS_AHEAD, type Task, type TaskEvent, type TaskResult } from "./protocol.ts";

/**
 * The events of a task. The worker generates up to 64 ahead, then waits.
 *
 * @throws the errors of the task; the signal's reason.
 */
export async function* eventsOf(
  connection: Connection,
  task: Task,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskEvent, void> {
  const queue = connection.start(task, signal);
  let taken = 0;
  try {
    for (let event = await queue.next(); event; event = await queue.next()) {
      yield event;
      taken += 1;
      if (taken < EVENTS_AHEAD / 2) continue;
      connection.more(queue.stream, taken);
      taken = 0;
    }
  } finally {
    connection.stop(queue.stream);
  }
}

/**
 * The result of a task without events.
 *
 * @throws the errors of the task.
 */
export async function resultOf(connection: Connection, task: Task): Promise<TaskResult> {
  const queue = connection.start(task);
  try {
    await queue.next();
    return queue.result;
  } finally {
    connection.stop(queue.stream);
  }
}
