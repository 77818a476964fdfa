/** Splits a text at its matches, as the pre-tokenizers of `tokenizers` do (`SplitDelimiterBehavior`). */

export type SplitBehavior = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";

interface Piece {
  readonly begin: number;
  readonly end: number;
  readonly isMatch: boolean;
}

/**
 * Splits a text. Empty pieces are omitted.
 *
 * @param pattern has the flag `g`.
 * @param invert whether matches and the text between them swap roles.
 */
export function splitText(
  text: string,
  pattern: RegExp,
  behavior: SplitBehavior,
  invert = false,
): readonly string[] {
  const pieces = piecesOf(text, pattern, invert);
  return joined(pieces, behavior)
    .filter(({ begin, end }) => end > begin)
    .map(({ begin, end }) => text.slice(begin, end));
}

/**
 * The matches of a pattern with the flag `g`. An empty match at the end of the previous match is not a match, as in Rust and unlike in
 * JavaScript.
 */
export function* matchesOf(text: string, pattern: RegExp): Generator<RegExpExecArray, void> {
  let end = -1;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === "" && (match.index === end || isInCharacter(text, match.index))) continue;
    end = match.index + match[0].length;
    yield match;
  }
}

/** V8 finds some empty matches between the two units of a character ("a\u{1f30a}" with `/(?<![^])|(?=x)/gu`). */
function isInCharacter(text: string, index: number): boolean {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff;
}

function piecesOf(text: string, pattern: RegExp, invert: boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of matchesOf(text, pattern)) {
    if (match.index > end) pieces.push({ begin: end, end: match.index, isMatch: invert });
    end = match.index + match[0].length;
    pieces.push({ begin: match.index, end, isMatch: !invert });
  }
  if (end < text.length) pieces.push({ begin: end, end: text.length, isMatch: invert });
  return pieces;
}

function joined(pieces: readonly Piece[], behavior: SplitBehavior): readonly Piece[] {
  if (behavior === "Isolated") return pieces;
  if (behavior === "Removed") return pieces.filter(({ isMatch }) => !isMatch);
  if (behavior === "MergedWithNext") return merged(pieces.toReversed(), joinsDelimiter).toReversed();
  return merged(pieces, behavior === "Contiguous" ? isSameKind : joinsDelimiter);
}

/** Joins each piece for which `joins` is true to the piece before it. */
function merged(
  pieces: readonly Piece[],
  joins: (piece: Piece, previous: Piece) => boolean,
): readonly Piece[] {
  const result: Piece[] = [];
  for (const [index, piece] of pieces.entries()) {
    const previous = pieces[index - 1];
    const last = result.at(-1);
    if (!previous || !last || !joins(piece, previous)) {
      result.push(piece);
      continue;
    }
    const begin = Math.min(last.begin, piece.begin);
    result[result.length - 1] = { begin, end: Math.max(last.end, piece.end), isMatch: last.isMatch };
  }
  return result;
}

/** A match is joined to the piece before it, unless that is a match, too. */
function joinsDelimiter(piece: Piece, previous: Piece): boolean {
  return piece.isMatch && !previous.isMatch;
}

function isSameKind(piece: Piece, previous: Piece): boolean {
  return piece.isMatch === previous.isMatch;
}
