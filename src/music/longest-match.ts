/** An earlier occurrence of the last values of a sequence. */
export interface Match {
  /** The index of the value after the earlier occurrence. */
  readonly next: number;
  /** The number of last values that match. */
  readonly length: number;
}

/**
 * The longest match of the last values with an earlier occurrence; of equally long matches, the latest.
 *
 * @param minLength the shortest match, from 1.
 * @param maxLength the highest length that is returned; the search stops at a match of this length.
 * @param minLag the smallest number of values from `next` to the end, from 1.
 */
export function longestMatch(
  values: readonly number[],
  { minLength, maxLength, minLag }: Readonly<Record<"minLength" | "maxLength" | "minLag", number>>,
): Match | undefined {
  const last = values.length - 1;
  let best: Match | undefined;
  for (let next = values.length - minLag; next >= minLength; next -= 1) {
    const most = Math.min(maxLength, next);
    let length = 0;
    while (length < most && values[next - 1 - length] === values[last - length]) length += 1;
    if (length >= minLength && length > (best?.length ?? 0)) best = { next, length };
    if (best?.length === maxLength) break;
  }
  return best;
}
