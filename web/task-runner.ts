/** Runs the tasks that a press starts: one at a time, and only with valid settings. */
import { Signal } from "./signal.ts";

/** The settings, as far as they are checked before a task. */
interface Checked {
  /** @returns undefined if a setting is invalid, which `onBad` receives. */
  read(onBad: (setting: { focus(): void }) => void): object | undefined;
}

/** Shows the errors of tasks. */
interface Problems {
  showProblem(error: unknown): void;
  clearProblem(): void;
}

export class TaskRunner {
  /** A task has started or ended. */
  readonly changed = new Signal();
  /** A task has failed. */
  readonly failed = new Signal<unknown>();
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
      this.#problems.showProblem(error);
      this.failed.emit(error);
    } finally {
      this.#set(false);
    }
  }

  #set(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.changed.emit();
  }
}
