/** An earlier place of a sequence at which its end occurs already. */
export interface Match {
  /** The index of the value that followed there. */
  readonly next: number;
  /** How many of the last values match. */
  readonly length: number;
}

/**
 * The earlier place at which most of the last values occur; of equally long matches, the latest.
 *
 * @param shortest fewest values that must match, from 1.
 * @param longest longer matches are not told apart.
 * @param ago fewest values from `next` to the end, from 1.
 */
export function longestMatch(
  values: readonly number[],
  { shortest, longest, ago }: Readonly<Record<"shortest" | "longest" | "ago", number>>,
): Match | undefined {
  const last = values.length - 1;
  let best: Match | undefined;
  for (let next = values.length - ago; next >= shortest; next -= 1) {
    const most = Math.min(longest, next);
    let length = 0;
    while (length < most && values[next - 1 - length] === values[last - length]) length += 1;
    if (length >= shortest && length > (best?.length ?? 0)) best = { next, length };
    if (best?.length === longest) break;
  }
  return best;
}
