/** @returns how many rounds a fuzzer makes: `rounds`, from a fixed seed, or a hundred times as many with OSTINATO_LONG. */
export function fuzzRounds(rounds: number): number {
  return process.env["OSTINATO_LONG"] ? 100 * rounds : rounds;
}

/** How long a test of that may take, in milliseconds. */
export const FUZZ_TIMEOUT = process.env["OSTINATO_LONG"] ? 3_600_000 : 10_000;
