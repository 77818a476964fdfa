/** Sorting, and search in sorted arrays. */

/** Mean number of shifts per key after which the insertion sort is replaced by a radix sort. */
const MAX_SHIFTS_PER_KEY = 8;

/**
 * Indices that put whole numbers from 0 to 2³¹ − 1 in ascending order; the sort is stable. Linear in the number of
 * keys: an insertion sort where they are nearly in order, as the ends of notes are, and a radix sort where not.
 */
export function ascendingOrder(keys: Int32Array): Uint32Array {
  const order = new Uint32Array(keys.length);
  let shiftsLeft = keys.length * MAX_SHIFTS_PER_KEY;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    let place = index;
    for (; place > 0; place -= 1) {
      const before = order[place - 1]!;
      if (keys[before]! <= key) break;
      order[place] = before;
    }
    order[place] = index;
    shiftsLeft -= index - place;
    if (shiftsLeft < 0) return radixOrder(keys);
  }
  return order;
}

/** Two digits, each of half the largest number's bits. */
function radixOrder(keys: Int32Array): Uint32Array {
  let largest = 0;
  for (let index = 0; index < keys.length; index += 1) largest = Math.max(largest, keys[index]!);
  const digitBits = Math.ceil((32 - Math.clz32(largest)) / 2);
  const mask = (1 << digitBits) - 1;
  // How many keys have each digit, one place further up, and then where the next of them goes.
  const lowPlaces = new Uint32Array(mask + 2);
  const highPlaces = new Uint32Array(mask + 2);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    const [low, high] = [(key & mask) + 1, (key >> digitBits) + 1];
    lowPlaces[low]! += 1;
    highPlaces[high]! += 1;
  }
  for (let digit = 1; digit <= mask; digit += 1) {
    lowPlaces[digit]! += lowPlaces[digit - 1]!;
    highPlaces[digit]! += highPlaces[digit - 1]!;
  }
  const byLow = new Uint32Array(keys.length);
  for (let index = 0; index < keys.length; index += 1) {
    const low = keys[index]! & mask;
    const place = lowPlaces[low]!;
    lowPlaces[low] = place + 1;
    byLow[place] = index;
  }
  const order = new Uint32Array(keys.length);
  for (let rank = 0; rank < keys.length; rank += 1) {
    const index = byLow[rank]!;
    const high = keys[index]! >> digitBits;
    const place = highPlaces[high]!;
    highPlaces[high] = place + 1;
    order[place] = index;
  }
  return order;
}

/**
 * Index of the last element at most `value`, in an ascending list.
 *
 * @param from first index of the search; returned where no element is at most `value`.
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
