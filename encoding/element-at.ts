/** The element at an index that comes from data. @throws RangeError when the list has none there. */
export function elementAt<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index];
  if (found !== undefined) return found;
  throw new RangeError(`there is no element ${index} of ${list.length}`);
}
