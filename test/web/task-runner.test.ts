import { describe, expect, it } from "vitest";
import { TaskRunner } from "../../web/task-runner.ts";

interface SetUp {
  readonly tasks: TaskRunner;
  readonly log: string[];
}

/** @param areValid whether the settings are valid. */
function setUp(areValid = true): SetUp {
  const log: string[] = [];
  const settings = {
    read: (onBad: (setting: { focus(): void }) => void) => {
      if (!areValid) onBad({ focus: () => log.push("focus") });
      return areValid ? {} : undefined;
    },
  };
  const problems = {
    showProblem: (error: unknown) => log.push(`problem ${String(error)}`),
    clearProblem: () => log.push("clear"),
  };
  const tasks = new TaskRunner(settings, problems);
  tasks.changed.listen(() => log.push(tasks.isRunning ? "running" : "free"));
  return { tasks, log };
}

describe("TaskRunner", () => {
  it("runs one task at a time", async () => {
    const { tasks, log } = setUp();
    let end: () => void = () => undefined;
    const first = tasks.run(() => new Promise((resolve) => (end = resolve)));
    await tasks.run(() => Promise.reject(new Error("not started")));
    end();
    await first;
    expect(log).toEqual(["clear", "running", "free"]);
    await tasks.run(() => Promise.resolve());
    expect(log.slice(3)).toEqual(["clear", "running", "free"]);
  });

  it("shows the error of a task, and is free again", async () => {
    const { tasks, log } = setUp();
    await tasks.run(() => Promise.reject(new Error("broken")));
    expect(log).toEqual(["clear", "running", "problem Error: broken", "free"]);
  });

  it("moves the focus to an invalid setting instead", async () => {
    const { tasks, log } = setUp(false);
    await tasks.run(() => Promise.reject(new Error("not started")));
    expect(log).toEqual(["clear", "focus"]);
  });
});
