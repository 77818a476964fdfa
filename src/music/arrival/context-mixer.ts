/** Predicts the next symbol of a sequence from what followed similar contexts in it. */

/** A context of the next symbol. */
export interface SymbolContext {
  /** Which of the kinds of contexts, from 0. */
  readonly kind: number;
  /** Of everything that makes up the context, its kind included. */
  readonly hash: number;
  /** What the symbols behind this context are compared from: only their distance from it is stored. */
  readonly base: number;
}

/** A symbol, and its chance from 0 to 1. */
export interface Prediction {
  readonly symbol: number;
  readonly chance: number;
}

/** What followed a context. */
interface Followers {
  seen: number;
  /** How often the likeliest symbol came, and how often in a row up to now. */
  most: number;
  inARow: number;
  likeliest: number;
  /** Undefined while only one symbol came. */
  counts: Map<number, number> | undefined;
}

/** A symbol that some contexts predict. */
interface Candidate {
  readonly symbol: number;
  score: number;
  readonly votes: { readonly kind: number; readonly surprise: number }[];
}

interface Candidates {
  readonly list: readonly Candidate[];
  /** The sum of all weights, that of an unknown symbol included. */
  readonly total: number;
}

/** Contexts kept: then all are discarded. */
const MOST_CONTEXTS = 40_000;
/** Before anything was learned, one prediction in three comes true. */
const [RIGHT_AT_FIRST, MADE_AT_FIRST] = [1, 3] as const;
/** Predictions that count for the share that comes true: from then on, older ones count less. */
const MOST_MADE = 60;
const FADING = 0.7;
const MOST_CERTAIN = 0.99;
const FIRST_WEIGHT = 0.35;
const LEARNING_RATE = 0.05;
/** Levels of what is known of a context: how often it was seen, how unanimous it was, and lately. */
const [SEEN_LEVELS, SHARE_LEVELS, ROW_LEVELS] = [5, 5, 4] as const;
const LEVELS = SEEN_LEVELS * SHARE_LEVELS * ROW_LEVELS;

/**
 * Mixes the predictions of contexts: each votes for the symbol that followed it most often, as strongly as such predictions have come
 * true; a softmax over the sums of the votes gives the chances, and its weights are learned with each symbol (after Mahoney 2005,
 * "Adaptive Weighing of Context Models for Lossless Data Compression").
 */
export class ContextMixer {
  /** By hash of the context. */
  readonly #followers = new Map<number, Followers>();
  /** Of each kind and level: predictions that came true, and all. */
  readonly #right: Float64Array;
  readonly #made: Float64Array;
  readonly #weights: Float64Array;
  /** The score of a symbol that no context predicts, by group. */
  readonly #unknown: Float64Array;

  /**
   * @param kinds number of kinds of contexts.
   * @param groups number of groups of symbols: each has its own share of symbols that no context predicts.
   */
  constructor(kinds: number, groups: number) {
    this.#right = new Float64Array(kinds * LEVELS).fill(RIGHT_AT_FIRST);
    this.#made = new Float64Array(kinds * LEVELS).fill(MADE_AT_FIRST);
    this.#weights = new Float64Array(kinds).fill(FIRST_WEIGHT);
    this.#unknown = new Float64Array(groups);
  }

  /** Whether nothing was learned yet. */
  get isEmpty(): boolean {
    return this.#followers.size === 0;
  }

  /** The likeliest symbol; undefined if none of the contexts was seen before. */
  predict(contexts: readonly SymbolContext[], group: number): Prediction | undefined {
    const { list, total } = this.#candidates(contexts, group);
    let best: Candidate | undefined;
    for (const each of list) if (!best || each.score > best.score) best = each;
    return best && { symbol: best.symbol, chance: Math.exp(best.score) / total };
  }

  /** Takes in the symbol that followed. */
  learn(contexts: readonly SymbolContext[], group: number, symbol: number): void {
    this.#train(contexts, group, symbol);
    if (this.#followers.size > MOST_CONTEXTS) this.#followers.clear();
    for (const { kind, hash, base } of contexts) this.#count(kind, hash, symbol - base);
  }

  /** One step of gradient descent on the logarithm of the symbol's chance. */
  #train(contexts: readonly SymbolContext[], group: number, symbol: number): void {
    const { list, total } = this.#candidates(contexts, group);
    let isKnown = false;
    for (const { symbol: other, score, votes } of list) {
      const isRight = other === symbol;
      isKnown ||= isRight;
      const error = (isRight ? 1 : 0) - Math.exp(score) / total;
      for (const { kind, surprise } of votes) this.#weights[kind]! += LEARNING_RATE * error * surprise;
    }
    const unknown = Math.exp(this.#unknown[group]!) / total;
    this.#unknown[group]! += LEARNING_RATE * ((isKnown ? 0 : 1) - unknown);
  }

  #count(kind: number, hash: number, symbol: number): void {
    const found = this.#followers.get(hash);
    if (!found) {
      this.#followers.set(hash, { seen: 1, most: 1, inARow: 1, likeliest: symbol, counts: undefined });
      return;
    }
    this.#judge(levelOf(kind, found), found.likeliest === symbol);
    found.seen += 1;
    found.inARow = found.likeliest === symbol ? found.inARow + 1 : 0;
    if (!found.counts && found.likeliest === symbol) {
      found.most += 1;
      return;
    }
    found.counts ??= new Map([[found.likeliest, found.most]]);
    const count = (found.counts.get(symbol) ?? 0) + 1;
    found.counts.set(symbol, count);
    if (count >= found.most) [found.most, found.likeliest] = [count, symbol];
  }

  #judge(level: number, isRight: boolean): void {
    this.#made[level]! += 1;
    if (isRight) this.#right[level]! += 1;
    if (this.#made[level]! <= MOST_MADE) return;
    this.#made[level]! *= FADING;
    this.#right[level]! *= FADING;
  }

  #candidates(contexts: readonly SymbolContext[], group: number): Candidates {
    const list: Candidate[] = [];
    for (const { kind, hash, base } of contexts) {
      const found = this.#followers.get(hash);
      if (!found) continue;
      const level = levelOf(kind, found);
      const chance = Math.min(MOST_CERTAIN, this.#right[level]! / this.#made[level]!);
      const surprise = -Math.log(1 - chance);
      const symbol = found.likeliest + base;
      let candidate = list.find((each) => each.symbol === symbol);
      if (!candidate) list.push((candidate = { symbol, score: 0, votes: [] }));
      candidate.score += this.#weights[kind]! * surprise;
      candidate.votes.push({ kind, surprise });
    }
    let total = Math.exp(this.#unknown[group]!);
    for (const { score } of list) total += Math.exp(score);
    return { list, total };
  }
}

/** The place of predictions of a kind from contexts as often seen and as unanimous as this. */
function levelOf(kind: number, { seen, most, inARow }: Followers): number {
  const often = Math.min(SEEN_LEVELS - 1, Math.floor(Math.log2(seen)));
  const share = Math.floor(((SHARE_LEVELS - 1) * most) / seen);
  const lately = Math.min(ROW_LEVELS - 1, inARow);
  return ((kind * SEEN_LEVELS + often) * SHARE_LEVELS + share) * ROW_LEVELS + lately;
}
