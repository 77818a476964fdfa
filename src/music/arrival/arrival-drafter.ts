import type { ArrivalVocabulary } from "../../../encoding/index.ts";
import type { Draft, Drafter } from "../../engine/index.ts";

/**
 * The contexts that predict each id of a triple: offsets of the symbols before it. A context of the last 3, 6 or 12 symbols finds phrases
 * that come back; one of offsets 3, 6, … compares an id with those of its kind.
 */
const LAST = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);
const CONTEXTS: readonly (readonly (readonly number[])[])[] = [
  // Notes, behind their onset and duration.
  [[], [3], [1, 2, 3], [3, 6], [3, 6, 9, 12], LAST(6), LAST(12)],
  // Onsets, as steps after the onset before.
  [[], [3], [3, 6], [3, 6, 9, 12], [1, 2], LAST(6), LAST(12)],
  // Durations.
  [[], [3], [1, 3], [1, 2, 3], [1, 3, 4, 6], LAST(6), LAST(12)],
];
/** The greatest offset. */
const LONGEST = 12;
/** Contexts kept: then all are forgotten. */
const MOST_CONTEXTS = 40_000;
/** Longer drafts do not pay. */
const MOST_IDS = 8;
/** Levels of the mean chance of the ids, each a kind of draft. */
const KINDS = 10;

/** What followed a context. */
interface Followers {
  seen: number;
  /** How often the likeliest symbol came. */
  most: number;
  likeliest: number;
  readonly counts: Map<number, number>;
}

/** How often predictions of a kind came true. */
interface Record {
  right: number;
  made: number;
}

/** A symbol and its chance, by how often such predictions came true. */
interface Prediction {
  readonly symbol: number;
  readonly chance: number;
}

/**
 * Drafts the triples of the arrival-time vocabulary, id by id, from what followed similar contexts in the piece. Onsets are symbols by
 * their distance from the onset before: a rhythm comes back at other times.
 */
export class ArrivalDrafter implements Drafter {
  readonly #vocabulary: ArrivalVocabulary;
  readonly #leastChance: number;
  /** The last symbols. */
  #symbols: number[] = [];
  #length = 0;
  /** The last onset that is not a control's; from the start of the window, as all ids. */
  #onset = 0;
  /** By hash of the context. */
  readonly #followers = new Map<number, Followers>();
  readonly #records = new Map<number, Record>();

  /** @param leastChance a draft ends before an id whose chance, with those before it, is lower: what one more id of a run costs. */
  constructor(vocabulary: ArrivalVocabulary, leastChance = 0.25) {
    this.#vocabulary = vocabulary;
    this.#leastChance = leastChance;
  }

  /** The statistics stay: the sequence is the next window of the same piece. */
  start(ids: readonly number[]): void {
    const isFirst = this.#followers.size === 0;
    this.#symbols = [];
    this.#length = 0;
    this.#onset = 0;
    for (const id of ids) this.#append(id, isFirst);
  }

  push(id: number): void {
    this.#append(id, true);
  }

  draft(mostOf: (kind: number) => number): Draft {
    const symbols = [...this.#symbols];
    const ids: number[] = [];
    let [onset, chance] = [this.#onset, 1];
    let mean = 0;
    while (ids.length < MOST_IDS) {
      const place = this.#length + ids.length;
      const prediction = this.#predict(symbols, place);
      chance *= prediction?.chance ?? 0;
      if (!prediction || chance < this.#leastChance) break;
      const { symbol } = prediction;
      if (isOnsetAt(place)) onset += symbol;
      // What lies beyond the last onset does not fit the window.
      if (isOnsetAt(place) && (symbol < 0 || onset >= this.#vocabulary.onsets)) break;
      ids.push(isOnsetAt(place) ? onset : symbol);
      symbols.push(symbol);
      mean = chance ** (1 / ids.length);
    }
    const kind = Math.min(KINDS - 1, Math.floor(KINDS * mean));
    return { ids: ids.slice(0, ids.length === 0 ? 0 : mostOf(kind)), kind };
  }

  #append(id: number, learns: boolean): void {
    const isOnset = isOnsetAt(this.#length) && id < this.#vocabulary.onsets;
    const symbol = isOnset ? id - this.#onset : id;
    if (isOnset) this.#onset = id;
    if (learns) this.#learn(symbol);
    this.#symbols.push(symbol);
    if (this.#symbols.length > 2 * LONGEST) this.#symbols = this.#symbols.slice(-LONGEST);
    this.#length += 1;
  }

  #learn(symbol: number): void {
    if (this.#followers.size > MOST_CONTEXTS) this.#followers.clear();
    for (const [index, hash] of hashes(this.#symbols, this.#length)) {
      let found = this.#followers.get(hash);
      if (found) {
        const record = this.#record(index, this.#length, found);
        record.made += 1;
        if (found.likeliest === symbol) record.right += 1;
      } else {
        found = { seen: 0, most: 0, likeliest: symbol, counts: new Map() };
        this.#followers.set(hash, found);
      }
      const count = (found.counts.get(symbol) ?? 0) + 1;
      found.counts.set(symbol, count);
      found.seen += 1;
      if (count >= found.most) [found.most, found.likeliest] = [count, symbol];
    }
  }

  /** By the context whose predictions have come true most often. */
  #predict(symbols: readonly number[], place: number): Prediction | undefined {
    let best: Prediction | undefined;
    for (const [index, hash] of hashes(symbols, place)) {
      const found = this.#followers.get(hash);
      if (!found) continue;
      const { right, made } = this.#record(index, place, found);
      const chance = right / made;
      if (!best || chance > best.chance) best = { symbol: found.likeliest, chance };
    }
    return best;
  }

  /** Predictions of one context, as often seen and as unanimous as these. */
  #record(index: number, place: number, { seen, most }: Followers): Record {
    const often = Math.min(4, Math.floor(Math.log2(seen)));
    const key = ((place % 3) * 8 + index) * 64 + often * 8 + Math.floor((4 * most) / seen);
    let record = this.#records.get(key);
    if (!record) this.#records.set(key, (record = { right: 1, made: 3 }));
    return record;
  }
}

/** The hash of each context of a place, with the index of the context. */
function* hashes(symbols: readonly number[], place: number): Generator<[index: number, hash: number]> {
  const slot = place % 3;
  for (const [index, offsets] of CONTEXTS[slot]!.entries()) {
    let hash = slot * 8 + index + 1;
    for (const offset of offsets) {
      hash = Math.imul(hash ^ (symbols[symbols.length - offset] ?? -1), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    yield [index, hash];
  }
}

/** The first id of a sequence says whether it has controls; triples of onset, duration and note follow. */
function isOnsetAt(place: number): boolean {
  return place % 3 === 1;
}
