/**
 * Defines a property that is computed on first access. It is an own, enumerable property, so `{ ...object }`, `structuredClone` and
 * `JSON.stringify` copy its value.
 */
export function defineLazy<T extends object, K extends keyof T>(
  object: T,
  name: K,
  compute: () => T[K],
): void {
  let value: T[K] | undefined;
  Object.defineProperty(object, name, { enumerable: true, get: () => (value ??= compute()) });
}
