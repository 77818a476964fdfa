/** Suffix array: an index that finds any run of a long sequence by binary search. */

/**
 * Sorts the suffixes of a sequence by their first `depth` numbers, by prefix doubling (Manber & Myers 1990).
 *
 * @param values numbers below `alphabet`.
 * @returns the start of each suffix, `[values]`.
 */
export function sortSuffixes(values: Uint16Array, alphabet: number, depth: number): Int32Array {
  const length = values.length;
  let ranks: Int32Array = Int32Array.from(values);
  let order: Int32Array = countingSort(identity(length), ranks, alphabet);
  let classes = rank(order, ranks, undefined, 0, new Int32Array(length));
  ranks = classes.ranks;
  for (let width = 1; width < depth && classes.count < length; width *= 2) {
    // The order by second halves is known: it is the order of the suffixes that begin `width` later.
    const bySecond = new Int32Array(length);
    let filled = 0;
    for (let start = Math.max(0, length - width); start < length; start += 1) bySecond[filled++] = start;
    for (const start of order) if (start >= width) bySecond[filled++] = start - width;
    order = countingSort(bySecond, ranks, classes.count);
    classes = rank(order, ranks, ranks, width, new Int32Array(length));
    ranks = classes.ranks;
  }
  return order;
}

function identity(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/** Sorts starts by rank; the sort is stable. */
function countingSort(starts: Int32Array, ranks: Int32Array, classes: number): Int32Array {
  const places = new Int32Array(classes + 1);
  for (const start of starts) {
    const after = ranks[start]! + 1;
    places[after]! += 1;
  }
  for (let i = 1; i <= classes; i += 1) places[i]! += places[i - 1]!;
  const sorted = new Int32Array(starts.length);
  for (const start of starts) {
    const key = ranks[start]!;
    const place = places[key]!;
    sorted[place] = start;
    places[key] = place + 1;
  }
  return sorted;
}

/** Assigns ranks to classes of equal suffixes, in order; suffixes are equal if their first and second halves are. */
function rank(
  order: Int32Array,
  first: Int32Array,
  second: Int32Array | undefined,
  width: number,
  ranks: Int32Array,
): { readonly ranks: Int32Array; readonly count: number } {
  let current = -1;
  let before = -1;
  for (const start of order) {
    const isEqual =
      before >= 0 &&
      first[start] === first[before] &&
      (second === undefined || (second[start + width] ?? -1) === (second[before + width] ?? -1));
    if (!isEqual) current += 1;
    ranks[start] = current;
    before = start;
  }
  return { ranks, count: current + 1 };
}
