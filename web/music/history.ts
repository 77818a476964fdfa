/** Undo and redo of what the musician does to the music and to its settings. */
import { Signal } from "../signal.ts";

/** Restores a former state. */
type Restore = () => void;

const MOST_STEPS = 100;

export class History {
  /** The state has been restored. */
  readonly restored = new Signal();
  readonly #keepers: (() => Restore)[] = [];
  #past: Restore[] = [];
  #future: Restore[] = [];
  #held: Restore | undefined;

  /** @param keep returns a function that restores the present state of one part, before those added earlier. */
  add(keep: () => Restore): void {
    this.#keepers.unshift(keep);
  }

  /** Call it before a change. */
  record(): void {
    this.hold();
    this.commit();
  }

  /** Stores the current state before a possible change. */
  hold(): void {
    this.#held = this.#present();
  }

  /** The change has come: the held state can be restored. */
  commit(): void {
    if (!this.#held) return;
    this.#past = [...this.#past, this.#held].slice(-MOST_STEPS);
    this.#future = [];
    this.#held = undefined;
  }

  /** @returns whether there was a change to undo. */
  undo(): boolean {
    return this.#move(this.#past, this.#future);
  }

  /** @returns whether there was an undone change. */
  redo(): boolean {
    return this.#move(this.#future, this.#past);
  }

  #move(from: Restore[], to: Restore[]): boolean {
    const restore = from.pop();
    if (!restore) return false;
    to.push(this.#present());
    restore();
    this.#held = undefined;
    this.restored.emit();
    return true;
  }

  #present(): Restore {
    const restores = this.#keepers.map((keep) => keep());
    return () => {
      for (const restore of restores) restore();
    };
  }
}
