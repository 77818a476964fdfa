import type { ArrivalVocabulary } from "../../../encoding/index.ts";
import type { Draft, Drafter, DraftingMethod, IdRange } from "../../engine/index.ts";
import { ContextMixer } from "./context-mixer.ts";
import { KIND_COUNT, PartHistory, SLOT_COUNT, SLOTS } from "./part-history.ts";

/** Longer drafts take longer than they save. */
const MOST_IDS = 8;
/** Levels of the mean chance of the ids, each a kind of draft. */
const KINDS = 10;

/** From a mean chance of 0.8 on, a draft is as good as that of a model. */
const LONG_REPEAT = 8;

/** Drafts of arrival-time ids. */
export function arrivalDrafting(vocabulary: ArrivalVocabulary): DraftingMethod {
  return { newDrafter: (rowCost) => new ArrivalDrafter(vocabulary, rowCost), longRepeat: LONG_REPEAT };
}

/**
 * Drafts the triples of the arrival-time vocabulary, id by id, from what followed similar contexts in the piece: the last ids, and the
 * last notes of the instrument whose next note is due.
 */
export class ArrivalDrafter implements Drafter {
  readonly #vocabulary: ArrivalVocabulary;
  readonly #leastChance: number;
  readonly #mixer = new ContextMixer(KIND_COUNT, SLOT_COUNT);
  #history: PartHistory;
  #isFirstId = true;

  /** @param leastChance a draft ends before an id whose chance, with those before it, is lower: what one more id of a run costs. */
  constructor(vocabulary: ArrivalVocabulary, leastChance = 0.3) {
    this.#vocabulary = vocabulary;
    this.#leastChance = leastChance;
    this.#history = new PartHistory(vocabulary);
  }

  /** The statistics stay: the sequence is the next window of the same piece. */
  start(ids: readonly number[]): void {
    const learns = this.#mixer.isEmpty;
    this.#history = new PartHistory(this.#vocabulary);
    this.#isFirstId = true;
    for (const id of ids) this.#append(id, learns);
  }

  push(id: number): void {
    this.#append(id, true);
  }

  firstGuess(kind: number): number {
    return (kind + 0.5) / KINDS;
  }

  draft(mostOf: (kind: number) => number): Draft {
    const ids: number[] = [];
    let chance = 1;
    let mean = 0;
    for (const ahead = this.#history.fork(); !this.#isFirstId && ids.length < MOST_IDS;) {
      const prediction = this.#mixer.predict(ahead.contexts(), ahead.slot);
      const id = prediction && ahead.idOf(prediction.symbol);
      if (id === undefined || chance * prediction!.chance < this.#leastChance) break;
      chance *= prediction!.chance;
      ids.push(id);
      ahead.push(id);
      mean = chance ** (1 / ids.length);
    }
    const kind = Math.min(KINDS - 1, Math.floor(KINDS * mean));
    const drafted = ids.slice(0, ids.length === 0 ? 0 : mostOf(kind));
    return { ids: drafted, kind, range: this.#rangeOf(drafted.length) };
  }

  /** The ids of the slots of a number of drafted ids and of the one behind them. */
  #rangeOf(count: number): IdRange {
    const { onsets, durationFirst, durations, noteFirst, rest } = this.#vocabulary;
    const slots = new Set(Array.from({ length: count + 1 }, (_, i) => (this.#history.slot + i) % SLOT_COUNT));
    const spans = [
      ...(slots.has(SLOTS.onset) ? [0, onsets] : []),
      ...(slots.has(SLOTS.duration) ? [durationFirst, durationFirst + durations] : []),
      ...(slots.has(SLOTS.note) ? [noteFirst, rest + 1] : []),
    ];
    const first = Math.min(...spans);
    return { first, count: Math.max(...spans) - first };
  }

  #append(id: number, learns: boolean): void {
    if (this.#isFirstId) {
      this.#isFirstId = false; // a control code, which says whether the sequence has controls
      return;
    }
    const history = this.#history;
    if (learns) this.#mixer.learn(history.contexts(), history.slot, history.symbolOf(id));
    history.push(id);
  }
}
