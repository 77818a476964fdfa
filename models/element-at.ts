/** The element at an index. @throws RangeError when the list has none there. */
export function elementAt<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index];
  if (found !== undefined) return found;
  throw new RangeError(`there is no element ${index} of ${list.length}`);
}

/** What a map has for a key. @throws RangeError when it has nothing. */
export function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  throw new RangeError(`there is no entry ${String(key)}`);
}
