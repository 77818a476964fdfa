/** In place of `src/engine/exact-run.ts`: only the native backend reads several ids in a run as exactly as one by one. */
export const exactRunLength = (): number => 1;
export const hasExactShape = (): boolean => false;
export const readsRowsExactly = (): Promise<boolean> => Promise.resolve(false);
