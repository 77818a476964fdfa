/** Sorting, and search in sorted arrays. */

/** Mean number of shifts per key after which the insertion sort is replaced by a radix sort. */
const MAX_SHIFTS_PER_KEY = 8;

/**
 * Indices that put whole numbers from 0 to 2³¹ − 1 in ascending order; the sort is stable. Linear in the number of
 * keys: an insertion sort if they are nearly in order, as the ends of notes are, and else a radix sort.
 */
export function ascendingOrder(keys: Int32Array): Uint32Array {
  const order = new Uint32Array(keys.length);
  let shiftsLeft = keys.length * MAX_SHIFTS_PER_KEY;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    let position = index;
    for (; position > 0; position -= 1) {
      const before = order[position - 1]!;
      if (keys[before]! <= key) break;
      order[position] = before;
    }
    order[position] = index;
    shiftsLeft -= index - position;
    if (shiftsLeft < 0) return radixOrder(keys);
  }
  return order;
}

/** A radix sort by two digits, each with half of the bits of the largest number. */
function radixOrder(keys: Int32Array): Uint32Array {
  let largest = 0;
  for (let index = 0; index < keys.length; index += 1) largest = Math.max(largest, keys[index]!);
  const digitBits = Math.ceil((32 - Math.clz32(largest)) / 2);
  const mask = (1 << digitBits) - 1;
  // At first, at index digit + 1: the number of keys with this digit. Then, at index digit: the position of the next such key.
  const lowPositions = new Uint32Array(mask + 2);
  const highPositions = new Uint32Array(mask + 2);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    const [low, high] = [(key & mask) + 1, (key >> digitBits) + 1];
    lowPositions[low]! += 1;
    highPositions[high]! += 1;
  }
  for (let digit = 1; digit <= mask; digit += 1) {
    lowPositions[digit]! += lowPositions[digit - 1]!;
    highPositions[digit]! += highPositions[digit - 1]!;
  }
  const byLow = new Uint32Array(keys.length);
  for (let index = 0; index < keys.length; index += 1) {
    const low = keys[index]! & mask;
    const position = lowPositions[low]!;
    lowPositions[low] = position + 1;
    byLow[position] = index;
  }
  const order = new Uint32Array(keys.length);
  for (let rank = 0; rank < keys.length; rank += 1) {
    const index = byLow[rank]!;
    const high = keys[index]! >> digitBits;
    const position = highPositions[high]!;
    highPositions[high] = position + 1;
    order[position] = index;
  }
  return order;
}

/**
 * Index of the last element that is not above `value`, in an ascending list.
 *
 * @param from first index of the search; returned where all elements are above `value`.
 */
export function lastAtMost(ascending: readonly number[] | Float64Array, value: number, from = 0): number {
  let low = from;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
