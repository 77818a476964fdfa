/** The candidates of an explanation, of a note or of a token. */

interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/** The candidates, followed by the chosen one if it is not among them. */
export function withChosen<C extends Candidate>(
  candidates: readonly C[],
  chosen: C | undefined,
): readonly C[] {
  return !chosen || candidates.some(({ id }) => id === chosen.id) ? candidates : [...candidates, chosen];
}

/** A probability in percent, with a decimal if it is small. */
export function percentOf(probability: number): string {
  return `${(100 * probability).toFixed(probability >= 0.0995 ? 0 : 1)} %`;
}
