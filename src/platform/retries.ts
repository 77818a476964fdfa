/** Retries of interrupted downloads, for pages and for Node. */

export interface RetryOptions {
  /** Milliseconds before an interrupted download is resumed; doubled after each try without progress. Default 500. */
  readonly retryDelay?: number;
  /** Aborts the download, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Maximum number of consecutive tries without progress. */
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
   * @param hasProgress whether the last try received data.
   * @returns false when the limit is reached.
   * @throws the signal's reason.
   */
  async next(hasProgress: boolean): Promise<boolean> {
    this.#fruitless = hasProgress ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= MAX_FRUITLESS) return false;
    await pause(this.#delay * 2 ** this.#fruitless, this.#signal);
    return true;
  }
}

/** Whether a response status may change on a retry: overload and server errors. */
export function isTemporary(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Why a connection broke: `fetch` stores the reason in causes. */
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
