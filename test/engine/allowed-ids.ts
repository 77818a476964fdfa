import type { LogitsProcessor } from "../../src/engine/index.ts";

/** Writes one byte per id, 1 where the processors allow it: their masks in order, or one forced token. */
export function writeAllowed(processors: readonly LogitsProcessor[], allowed: Uint8Array): void {
  allowed.fill(1);
  for (const processor of processors) processor.mask?.(allowed);
  const [forced] = processors.flatMap((processor) => processor.forced?.() ?? []);
  if (forced === undefined) return;
  allowed.fill(0);
  allowed[forced] = 1;
}
