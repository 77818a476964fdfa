/**
 * Truncation rules. Each takes scores (logits divided by the temperature; −∞ for excluded ids) and sets more of them to −∞.
 * At least one id remains. `applyClassTemperature` excludes none.
 */
import type { TokenClass } from "./loop.ts";

/**
 * Divides the scores of a class of ids by its temperature, then adds a constant, so that the probability of the class as a
 * whole stays the same.
 *
 * @param temperature above 0.
 */
export function applyClassTemperature(scores: Float64Array, { first, count, temperature }: TokenClass): void {
  const group = scores.subarray(first, first + count);
  const before = logSumExp(group);
  if (before === -Infinity) return;
  for (let i = 0; i < group.length; i += 1) group[i]! /= temperature;
  const change = before - logSumExp(group);
  for (let i = 0; i < group.length; i += 1) group[i]! += change;
}

/** ln Σ exp(score); −∞ for an empty list. */
export function logSumExp(scores: ArrayLike<number>): number {
  const top = highest(scores);
  if (top === -Infinity) return top;
  let sum = 0;
  for (let id = 0; id < scores.length; id += 1) sum += Math.exp(scores[id]! - top);
  return top + Math.log(sum);
}

/** Top-k: keeps the `count` likeliest ids, and ties with the last of them (OpenAI's GPT-2 sampler). */
export function keepTopK(scores: Float64Array, count: number): void {
  if (count >= scores.length) return;
  const lowest = count === 1 ? highest(scores) : nthHighest(new Float64Array(scores), count);
  dropUnless(scores, (score) => score >= lowest);
}

/**
 * Top-p: keeps the likeliest ids until their probabilities reach `mass`, the one that crosses it included (Holtzman et al.
 * 2020, as in Hugging Face's warper). 1 keeps all, 0 the likeliest one.
 */
export function keepTopP(scores: Float64Array, mass: number): void {
  if (mass >= 1) return;
  const probabilities = softmax(scores);
  // Together, ids this unlikely have less than 1 - mass, so the sum is reached without sorting them.
  const negligible = (1 - mass) / scores.length;
  // Sorting a Float64Array is many times faster than sorting ids with a comparison function.
  const likely = probabilities.filter((p) => p >= negligible).sort(); // rising
  let least = likely.length - 1;
  for (let sum = likely[least]!; sum < mass && least > 0; sum += likely[least]!) least -= 1;
  const threshold = likely[least]!;
  // Of ids as likely as the last one, the lowest.
  let ties = likely.subarray(least).findLastIndex((p) => p === threshold) + 1;
  for (let id = 0; id < scores.length; id += 1) {
    const p = probabilities[id]!;
    const isKept = p > threshold || (p === threshold && ties > 0);
    if (p === threshold) ties -= 1;
    if (!isKept) scores[id] = -Infinity;
  }
}

/** Min-p: keeps ids at least `share` times as likely as the likeliest (Nguyen et al. 2024). 0 keeps all. */
export function keepMinP(scores: Float64Array, share: number): void {
  if (share <= 0) return;
  const lowest = highest(scores) + Math.log(share);
  dropUnless(scores, (score) => score >= lowest);
}

/**
 * Locally typical sampling (Meister et al. 2023): keeps the ids whose information content is nearest to the entropy, until
 * their probabilities reach `mass`, the one that crosses it included. 1 keeps all.
 */
export function keepTypical(scores: Float64Array, mass: number): void {
  if (mass >= 1) return;
  const probabilities = softmax(scores);
  const candidates = idsWhere(probabilities, (p) => p > 0);
  const entropy = candidates.reduce((sum, id) => sum - plogp(probabilities[id]!), 0);
  const distance = (id: number): number => Math.abs(-Math.log(probabilities[id]!) - entropy);
  candidates.sort((a, b) => distance(a) - distance(b));
  keepOnly(scores, untilMass(candidates, probabilities, mass));
}

/** Scores to probabilities; −∞ becomes 0. */
export function softmax(scores: Float64Array): Float64Array {
  const top = highest(scores);
  const weights = new Float64Array(scores.length);
  let sum = 0;
  for (let id = 0; id < scores.length; id += 1) {
    const weight = Math.exp(scores[id]! - top);
    weights[id] = weight;
    sum += weight;
  }
  for (let id = 0; id < weights.length; id += 1) weights[id]! /= sum;
  return weights;
}

function highest(scores: ArrayLike<number>): number {
  let best = -Infinity;
  for (let id = 0; id < scores.length; id += 1) best = Math.max(best, scores[id] ?? -Infinity);
  return best;
}

function plogp(p: number): number {
  return p * Math.log(p);
}

function idsWhere(probabilities: Float64Array, test: (p: number) => boolean): number[] {
  const ids: number[] = [];
  for (const [id, p] of probabilities.entries()) if (test(p)) ids.push(id);
  return ids;
}

/** The first of `ids` whose probabilities add up to `mass`, at least one. */
function untilMass(ids: readonly number[], probabilities: Float64Array, mass: number): readonly number[] {
  let sum = 0;
  let count = 0;
  do {
    sum += probabilities[ids[count]!]!;
    count += 1;
  } while (sum < mass && count < ids.length);
  return ids.slice(0, count);
}

function keepOnly(scores: Float64Array, ids: readonly number[]): void {
  const kept = ids.map((id) => [id, scores[id] ?? -Infinity] as const);
  scores.fill(-Infinity);
  for (const [id, score] of kept) scores[id] = score;
}

function dropUnless(scores: Float64Array, test: (score: number) => boolean): void {
  for (let id = 0; id < scores.length; id += 1) if (!test(scores[id] ?? -Infinity)) scores[id] = -Infinity;
}

/** The n-th highest of some values, n from 1, by quickselect (Hoare 1961); reorders them. */
function nthHighest(values: Float64Array, n: number): number {
  let low = 0;
  let high = values.length - 1;
  const wanted = n - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! > pivot) left += 1;
      while (values[right]! < pivot) right -= 1;
      if (left > right) break;
      const swapped = values[left]!;
      values[left] = values[right]!;
      values[right] = swapped;
      left += 1;
      right -= 1;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return values[wanted] ?? -Infinity;
}
