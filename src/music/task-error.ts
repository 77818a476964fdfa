import type { DecoderConfig } from "../../models/index.ts";
import type { Task } from "../../encoding/index.ts";
import { HintedError } from "../errors.ts";

/** Thrown for a task that the model was not trained for, or for music without the notes that the task needs. */
export class TaskError extends HintedError<"not-trained" | "no-notes"> {
  override readonly name = "TaskError";
}

/** The tasks, as messages name them. */
const IN_WORDS: Readonly<Record<Task, string>> = {
  accompany: "to accompany",
  infill: "to fill regions",
  ending: "to end pieces",
  style: "to follow styles and densities",
};

/** @throws TaskError when the model was not trained for the task. */
export function requireTask({ tasks = [] }: Pick<DecoderConfig, "tasks">, task: Task): void {
  if (tasks.includes(task)) return;
  const known = tasks.length === 0 ? "its config.json names no tasks" : `its tasks are ${tasks.join(", ")}`;
  throw new TaskError(`the model was not trained ${IN_WORDS[task]}: ${known}`, {
    code: "not-trained",
    hint: `use a model trained on a dataset of the task "${task}"`,
  });
}
