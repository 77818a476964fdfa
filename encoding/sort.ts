const DIGIT_BITS = 8;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Indices that put whole numbers from 0 to 2³¹ − 1 in ascending order; equal ones keep theirs. A radix sort: linear in
 * the number of keys, with a pass for every 8 bits of the largest.
 */
export function ascendingOrder(keys: Int32Array): Uint32Array {
  let order = new Uint32Array(keys.length);
  let spare = new Uint32Array(keys.length);
  let largest = 0;
  for (let index = 0; index < keys.length; index += 1) {
    order[index] = index;
    largest = Math.max(largest, keys[index] ?? 0);
  }
  for (let shift = 0; shift < 31 && largest >> shift > 0; shift += DIGIT_BITS) {
    distribute(keys, order, shift, spare);
    [order, spare] = [spare, order];
  }
  return order;
}

/** Puts indices in order of one digit of their keys; equal ones keep their order. */
function distribute(keys: Int32Array, order: Uint32Array, shift: number, sorted: Uint32Array): void {
  // Where the next index with each digit goes.
  const places = new Uint32Array(DIGITS + 1);
  for (let index = 0; index < keys.length; index += 1) {
    const digit = ((keys[index] ?? 0) >> shift) & (DIGITS - 1);
    places[digit + 1] = (places[digit + 1] ?? 0) + 1;
  }
  for (let digit = 1; digit < DIGITS; digit += 1)
    places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0);
  for (let rank = 0; rank < keys.length; rank += 1) {
    const index = order[rank] ?? 0;
    const digit = ((keys[index] ?? 0) >> shift) & (DIGITS - 1);
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    sorted[place] = index;
  }
}
