/** The element at an index. @throws RangeError for an index out of range. */
export function elementAt<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index];
  if (found !== undefined) return found;
  throw new RangeError(`index ${index} is outside a list of length ${list.length}`);
}
