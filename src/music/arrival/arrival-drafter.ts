import type { ArrivalVocabulary } from "../../../encoding/index.ts";
import type { Draft, Drafter, DraftingMethod, IdRange } from "../../engine/index.ts";
import { ContextMixer } from "./context-mixer.ts";
import { KIND_COUNT, PartHistory, SLOT_COUNT, SLOTS } from "./part-history.ts";

/** The maximum length of a draft: longer ones cost more time than they save. */
const MAX_DRAFT = 8;
/** The number of kinds of drafts, which are equal intervals of the mean probability of the ids. */
const KINDS = 10;

/** The kind from which on drafts are accepted as often as those of a model: a mean probability of at least 0.8. */
const LONG_REPEAT = 8;

/** Drafts of arrival-time ids. */
export function arrivalDrafting(vocabulary: ArrivalVocabulary): DraftingMethod {
  return { newDrafter: (rowCost) => new ArrivalDrafter(vocabulary, rowCost), longRepeat: LONG_REPEAT };
}

/**
 * Drafts the triples of the arrival-time vocabulary, id by id, from the ids that followed similar contexts in the piece: the same last ids,
 * or the same last notes of the instrument that is expected to play next.
 */
export class ArrivalDrafter implements Drafter {
  readonly #vocabulary: ArrivalVocabulary;
  readonly #minProbability: number;
  readonly #mixer = new ContextMixer(KIND_COUNT, SLOT_COUNT);
  #history: PartHistory;
  #isFirstId = true;

  /**
   * @param minProbability a draft ends where the joint probability of its ids would be lower. A drafted id pays if this probability is above
   * the time it adds to a step, as a share of the time of a step.
   */
  constructor(vocabulary: ArrivalVocabulary, minProbability = 0.3) {
    this.#vocabulary = vocabulary;
    this.#minProbability = minProbability;
    this.#history = new PartHistory(vocabulary);
  }

  /** Keeps the statistics: the sequence is the next window of the same piece. */
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
    let probability = 1;
    let mean = 0;
    for (const ahead = this.#history.fork(); !this.#isFirstId && ids.length < MAX_DRAFT;) {
      const prediction = this.#mixer.predict(ahead.contexts(), ahead.slot);
      const id = prediction && ahead.idOf(prediction.symbol);
      if (id === undefined || probability * prediction!.probability < this.#minProbability) break;
      probability *= prediction!.probability;
      ids.push(id);
      ahead.push(id);
      mean = probability ** (1 / ids.length);
    }
    const kind = Math.min(KINDS - 1, Math.floor(KINDS * mean));
    const drafted = ids.slice(0, ids.length === 0 ? 0 : mostOf(kind));
    return { ids: drafted, kind, range: this.#rangeOf(drafted.length) };
  }

  /** The range of the ids in the slots of the drafted ids and of the id after them. */
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
      this.#isFirstId = false; // a code for whether the sequence has controls
      return;
    }
    const history = this.#history;
    if (learns) this.#mixer.learn(history.contexts(), history.slot, history.symbolOf(id));
    history.push(id);
  }
}
