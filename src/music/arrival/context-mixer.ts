/** Predicts the next symbol of a sequence from the symbols that followed similar contexts in it (context mixing). */

/** A context of the next symbol. */
export interface SymbolContext {
  /** Index of the kind of context, from 0. */
  readonly kind: number;
  /** Hash of all values of the context, its kind included. */
  readonly hash: number;
  /** The value that is subtracted from the symbols after this context: only the differences are stored. */
  readonly base: number;
}

/** A symbol and its probability. */
export interface Prediction {
  readonly symbol: number;
  readonly probability: number;
}

/** The symbols that followed a context. */
interface ContextCounts {
  /** The number of all symbols. */
  total: number;
  likeliest: number;
  /** The number of the likeliest symbol, and how many of them came last in a row. */
  most: number;
  runLength: number;
  /** The number of each symbol; undefined while all are equal. */
  counts: Map<number, number> | undefined;
}

/** A symbol that some contexts predict. */
interface Candidate {
  readonly symbol: number;
  score: number;
  readonly votes: { readonly kind: number; readonly strength: number }[];
}

interface Candidates {
  readonly list: readonly Candidate[];
  /** The denominator of the softmax: the sum of the exponentials of all scores, that of an unknown symbol included. */
  readonly total: number;
}

/** The number of contexts after which all are discarded. */
const MAX_CONTEXTS = 40_000;
/** The initial counts of correct and of all predictions. */
const [INITIAL_CORRECT, INITIAL_MADE] = [1, 3] as const;
/** The number of predictions above which the counts of correct and of all predictions are multiplied by `DECAY`. */
const MAX_MADE = 60;
const DECAY = 0.7;
const MAX_ACCURACY = 0.99;
const INITIAL_WEIGHT = 0.35;
const LEARNING_RATE = 0.05;
/** Levels of contexts: by the number of symbols that followed, by the share of the likeliest symbol, and by its last run. */
const [TOTAL_LEVELS, SHARE_LEVELS, RUN_LEVELS] = [5, 5, 4] as const;
const LEVELS = TOTAL_LEVELS * SHARE_LEVELS * RUN_LEVELS;

/**
 * Mixes the predictions of contexts. Each context votes for the symbol that followed it most often. The strength of the vote is
 * -ln(1 - accuracy), by the accuracy of earlier predictions from contexts of its kind and level. A softmax over the weighted sums of the
 * votes gives the probabilities, and its weights are learned online (after Mahoney 2005, "Adaptive Weighing of Context Models for Lossless
 * Data Compression").
 */
export class ContextMixer {
  /** By hash of the context. */
  readonly #counts = new Map<number, ContextCounts>();
  /** By kind and level: the number of correct and of all predictions. */
  readonly #correct: Float64Array;
  readonly #made: Float64Array;
  /** By kind. */
  readonly #weights: Float64Array;
  /** The score of a symbol that no context predicts, by group. */
  readonly #unknown: Float64Array;

  /**
   * @param kinds number of kinds of contexts.
   * @param groups number of groups of symbols: each has its own probability of a symbol that no context predicts.
   */
  constructor(kinds: number, groups: number) {
    this.#correct = new Float64Array(kinds * LEVELS).fill(INITIAL_CORRECT);
    this.#made = new Float64Array(kinds * LEVELS).fill(INITIAL_MADE);
    this.#weights = new Float64Array(kinds).fill(INITIAL_WEIGHT);
    this.#unknown = new Float64Array(groups);
  }

  /** Whether no symbol has been learned yet. */
  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** The likeliest symbol; undefined if none of the contexts was seen before. */
  predict(contexts: readonly SymbolContext[], group: number): Prediction | undefined {
    const { list, total } = this.#candidates(contexts, group);
    let best: Candidate | undefined;
    for (const each of list) if (!best || each.score > best.score) best = each;
    return best && { symbol: best.symbol, probability: Math.exp(best.score) / total };
  }

  /** Learns from the symbol that followed the contexts. */
  learn(contexts: readonly SymbolContext[], group: number, symbol: number): void {
    this.#train(contexts, group, symbol);
    if (this.#counts.size > MAX_CONTEXTS) this.#counts.clear();
    for (const { kind, hash, base } of contexts) this.#count(kind, hash, symbol - base);
  }

  /** One step of gradient ascent on the log-probability of the symbol. */
  #train(contexts: readonly SymbolContext[], group: number, symbol: number): void {
    const { list, total } = this.#candidates(contexts, group);
    let isKnown = false;
    for (const { symbol: other, score, votes } of list) {
      const isCorrect = other === symbol;
      isKnown ||= isCorrect;
      const error = (isCorrect ? 1 : 0) - Math.exp(score) / total;
      for (const { kind, strength } of votes) this.#weights[kind]! += LEARNING_RATE * error * strength;
    }
    const unknown = Math.exp(this.#unknown[group]!) / total;
    this.#unknown[group]! += LEARNING_RATE * ((isKnown ? 0 : 1) - unknown);
  }

  #count(kind: number, hash: number, symbol: number): void {
    const found = this.#counts.get(hash);
    if (!found) {
      this.#counts.set(hash, { total: 1, most: 1, runLength: 1, likeliest: symbol, counts: undefined });
      return;
    }
    this.#updateAccuracy(levelOf(kind, found), found.likeliest === symbol);
    found.total += 1;
    found.runLength = found.likeliest === symbol ? found.runLength + 1 : 0;
    if (!found.counts && found.likeliest === symbol) {
      found.most += 1;
      return;
    }
    found.counts ??= new Map([[found.likeliest, found.most]]);
    const count = (found.counts.get(symbol) ?? 0) + 1;
    found.counts.set(symbol, count);
    if (count >= found.most) [found.most, found.likeliest] = [count, symbol];
  }

  #updateAccuracy(level: number, isCorrect: boolean): void {
    this.#made[level]! += 1;
    if (isCorrect) this.#correct[level]! += 1;
    if (this.#made[level]! <= MAX_MADE) return;
    this.#made[level]! *= DECAY;
    this.#correct[level]! *= DECAY;
  }

  #candidates(contexts: readonly SymbolContext[], group: number): Candidates {
    const list: Candidate[] = [];
    for (const { kind, hash, base } of contexts) {
      const found = this.#counts.get(hash);
      if (!found) continue;
      const level = levelOf(kind, found);
      const accuracy = Math.min(MAX_ACCURACY, this.#correct[level]! / this.#made[level]!);
      const strength = -Math.log(1 - accuracy);
      const symbol = found.likeliest + base;
      let candidate = list.find((each) => each.symbol === symbol);
      if (!candidate) list.push((candidate = { symbol, score: 0, votes: [] }));
      candidate.score += this.#weights[kind]! * strength;
      candidate.votes.push({ kind, strength });
    }
    let total = Math.exp(this.#unknown[group]!);
    for (const { score } of list) total += Math.exp(score);
    return { list, total };
  }
}

/** The index of the accuracy of predictions from contexts of this kind and level. */
function levelOf(kind: number, { total, most, runLength }: ContextCounts): number {
  const totalLevel = Math.min(TOTAL_LEVELS - 1, Math.floor(Math.log2(total)));
  const shareLevel = Math.floor(((SHARE_LEVELS - 1) * most) / total);
  const runLevel = Math.min(RUN_LEVELS - 1, runLength);
  return ((kind * TOTAL_LEVELS + totalLevel) * SHARE_LEVELS + shareLevel) * RUN_LEVELS + runLevel;
}
