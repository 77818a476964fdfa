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

/** Maximum number of candidates that are shown. */
const MOST_SHOWN = 8;
/** So many of other kinds than the chosen one are shown where there are more. */
const OTHER_KINDS = 3;

/** The candidates of the kind that was chosen first, then others; the chosen one is always among them. */
export function orderedByKind<C extends { readonly kind: string; readonly isChosen: boolean }>(
  candidates: readonly C[],
): C[] {
  const chosen = candidates.find(({ isChosen }) => isChosen);
  const same = candidates.filter(({ kind }) => kind === chosen?.kind);
  const others = candidates.filter(({ kind }) => kind !== chosen?.kind);
  const room = MOST_SHOWN - Math.min(OTHER_KINDS, others.length);
  const first = same.slice(0, room);
  if (chosen && !first.includes(chosen)) first[first.length - 1] = chosen;
  const rest = others.slice(0, MOST_SHOWN - first.length);
  const kinds = [...new Set(rest.map(({ kind }) => kind))];
  return [...first, ...kinds.flatMap((kind) => rest.filter((other) => other.kind === kind))];
}

/** A probability in percent, with a decimal if it is small. */
export function percentOf(probability: number): string {
  return `${(100 * probability).toFixed(probability >= 0.0995 ? 0 : 1)} %`;
}
