/** Runs the tasks that a press starts: one at a time, and only with valid settings. */
import { ModelLoadError } from "./model-holder.ts";
import { Signal } from "./signal.ts";

/** The settings, as far as they are checked before a task. */
interface Checked {
  /** @returns undefined if a setting is invalid, which `onBad` receives. */
  read(onBad: (setting: { focus(): void }) => void): object | undefined;
}

/** Shows the errors of tasks. */
interface Problems {
  /** @param remedy a button that solves the problem. */
  showProblem(error: unknown, remedy?: { readonly label: string; readonly run: () => void }): void;
  clearProblem(): void;
}

export class TaskRunner {
  /** A task has started or ended. */
  readonly changed = new Signal();
  readonly #settings: Checked;
  readonly #problems: Problems;
  #isRunning = false;

  constructor(settings: Checked, problems: Problems) {
    this.#settings = settings;
    this.#problems = problems;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Runs a task that may fail. Nothing happens while another one runs. */
  async run(task: () => Promise<void>): Promise<void> {
    if (this.#isRunning) return;
    this.#problems.clearProblem();
    if (!this.#settings.read((bad) => bad.focus())) return;
    this.#set(true);
    try {
      await task();
    } catch (error) {
      const remedy = { label: "Try again", run: () => void this.run(task) };
      this.#problems.showProblem(error, error instanceof ModelLoadError ? remedy : undefined);
    } finally {
      this.#set(false);
    }
  }

  #set(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.changed.emit();
  }
}
