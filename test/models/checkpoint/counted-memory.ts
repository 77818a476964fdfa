/** Counts the memory of typed arrays, whether or not it is collected later: the result does not depend on the collector. */

const COUNTED = ["ArrayBuffer", "Uint8Array", "Uint16Array", "Uint32Array", "Float32Array"] as const;

/** Calls `run`, and returns its result and the bytes of all buffers that were made for `new` typed arrays meanwhile. */
export async function countingMemory<Result>(
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly bytes: number }> {
  let bytes = 0;
  const originals = COUNTED.map((name) => [name, Reflect.get(globalThis, name)] as const);
  for (const [name, original] of originals) {
    const construct = (target: typeof Uint8Array, values: readonly unknown[]): object => {
      const made: object = Reflect.construct(target, values);
      const isView = values[0] instanceof realBuffer;
      if (!isView && "byteLength" in made) bytes += Number(made.byteLength);
      return made;
    };
    Reflect.set(globalThis, name, new Proxy(original, { construct }));
  }
  try {
    return { result: await run(), bytes };
  } finally {
    for (const [name, original] of originals) Reflect.set(globalThis, name, original);
  }
}

const realBuffer = ArrayBuffer;
