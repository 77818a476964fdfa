/** When a download that broke off is tried again: the same for pages and for Node. */

export interface RetryOptions {
  /** Before a download that broke off is gone on with, in milliseconds; doubles while nothing arrives. Default 500. */
  readonly retryDelay?: number;
  /** Stops the download; what waits for it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Tries in a row that bring nothing before one gives up. */
const MAX_FRUITLESS = 5;

/** Counts the tries of one download, and waits between them. */
export class Retries {
  readonly #delay: number;
  readonly #signal: AbortSignal | undefined;
  #fruitless = 0;

  constructor({ retryDelay = 500, signal }: RetryOptions) {
    this.#delay = retryDelay;
    this.#signal = signal;
  }

  /**
   * Waits until the next try is due.
   *
   * @param hasProgress whether the last try brought anything.
   * @returns false when there have been enough.
   * @throws the signal's reason.
   */
  async next(hasProgress: boolean): Promise<boolean> {
    this.#fruitless = hasProgress ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= MAX_FRUITLESS) return false;
    await pause(this.#delay * 2 ** this.#fruitless, this.#signal);
    return true;
  }
}

/** Whether a server that answers so may answer otherwise in a moment: overload and faults of a server pass. */
export function isTemporary(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Why a connection broke: `fetch` hides the reason in causes. */
export function reasonOfCut(cut: unknown): string {
  if (!(cut instanceof Error)) return "";
  return cut.cause instanceof Error ? reasonOfCut(cut.cause) : `: ${cut.message}`;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
}
