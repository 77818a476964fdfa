/**
 * Datasets of pairs: a source, a separator and its target, as GPT-2 can learn to translate or to summarize (Radford et al. 2019,
 * section 3; "Generating Wikipedia by Summarizing Long Sequences", Liu et al. 2018, section 4.2.3). The loss includes the target only.
 */
import type { TextTokenizer } from "../../../encoding/text/index.ts";
import { HintedError } from "../../errors.ts";
import { datasetTokenizer, type EncodedPiece } from "./encode-piece.ts";
import type { DatasetVocabulary } from "./format.ts";
import { tokensHash } from "./tokens-hash.ts";
import { writeDataset } from "./write-dataset.ts";

/** Thrown for a file of pairs, or a tokenizer, from which no dataset can be made. */
export class PairError extends HintedError<
  "not-utf-8" | "columns" | "empty-side" | "special-token" | "no-pairs" | "no-separator" | "no-end"
> {
  override readonly name = "PairError";
}

/** A file of pairs, one per line, source and target separated by a tab, and the token between them in the dataset. */
export interface PairFile {
  /** Its name in errors and in the dataset. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** A special token of the tokenizer, such as `<to-fr>`. */
  readonly separator: string;
}

export interface PairSummary {
  readonly pairs: number;
  readonly ids: number;
  /** Number of ids that the loss includes: those of the targets, and the end id after each. */
  readonly targetIds: number;
  /** Number of ids of the longest pair, with its start and end: the smallest block length that cuts no pair. */
  readonly longest: number;
}

interface Pair {
  readonly source: string;
  readonly target: string;
  readonly line: number;
}

/**
 * Writes a dataset folder with a piece for each pair: start, source, separator, target, end.
 *
 * @throws PairError for the first line that is not a pair, TokenizerError for an unusable tokenizer; nothing is written then.
 */
export async function buildPairDataset(
  files: readonly PairFile[],
  tokenizerJson: unknown,
  out: string,
): Promise<PairSummary> {
  const tokenizer = datasetTokenizer(tokenizerJson);
  const vocabulary = pairVocabulary(tokenizer, tokensHash(tokenizerJson));
  const separators = files.map(({ separator }) => separatorId(tokenizer, separator));
  const pairs = files.map((file) => readPairs(file, tokenizer.specialTokens));
  let targetIds = 0;
  let longest = 0;
  const { ids } = await writeDataset(out, vocabulary, [], async (writer) => {
    for (const [index, { path }] of files.entries()) {
      for (const pair of pairs[index]!) {
        const piece = encodePair(pair, separators[index]!, tokenizer);
        await writer.write(`${path}:${pair.line}`, "pair", piece);
        targetIds += piece.ids.length - piece.firstTarget + 1;
        longest = Math.max(longest, piece.ids.length + 2);
      }
    }
  });
  return { pairs: pairs.reduce((sum, each) => sum + each.length, 0), ids, targetIds, longest };
}

function pairVocabulary(tokenizer: TextTokenizer, tokensSha256: string): DatasetVocabulary {
  const { startOfTextId: startId, endOfTextId: endId, size } = tokenizer;
  if (startId !== null && endId !== null)
    return { name: "text", size, ranges: [], startId, endId, padId: null, tokensSha256 };
  throw new PairError("the tokenizer has no token that ends a text, so a model could not end its answer", {
    code: "no-end",
    hint: "learn a tokenizer with ostinato_training.tokenizer, which has <|endoftext|>",
  });
}

function separatorId(tokenizer: TextTokenizer, separator: string): number {
  const { specialTokens } = tokenizer;
  const id = specialTokens.includes(separator) ? tokenizer.idOf(separator) : null;
  if (id !== null && id !== tokenizer.endOfTextId && id !== tokenizer.startOfTextId) return id;
  throw new PairError(`the tokenizer has no special token ${JSON.stringify(separator)} to separate pairs`, {
    code: "no-separator",
    hint: `its special tokens: ${specialTokens.join(", ") || "none"}; learn one with ostinato_training.tokenizer --special`,
  });
}

/** The pairs of a file. @throws PairError for the first line that is not a pair. */
function readPairs({ path, bytes }: PairFile, specialTokens: readonly string[]): Pair[] {
  const lines = decodeUtf8(bytes, path).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) {
    throw new PairError(`${path} has no pairs`, {
      code: "no-pairs",
      hint: "write a pair a line, source and target separated by a tab",
    });
  }
  return lines.map((text, index) => {
    const columns = text.split("\t");
    const [source = "", target = ""] = columns;
    const line = index + 1;
    if (columns.length !== 2) {
      throw new PairError(
        `${path}, line ${line}: a pair needs two columns, this line has ${columns.length}`,
        { code: "columns", hint: "put exactly one tab between source and target" },
      );
    }
    for (const [side, name] of [
      [source, "source"],
      [target, "target"],
    ] as const) {
      if (side.trim() === "") {
        throw new PairError(`${path}, line ${line}: the ${name} is empty`, {
          code: "empty-side",
          hint: "complete the pair, or leave it out",
        });
      }
      const special = specialTokens.find((token) => side.includes(token));
      if (special === undefined) continue;
      throw new PairError(`${path}, line ${line}: the ${name} contains the special token ${special}`, {
        code: "special-token",
        hint: "take it out of the text; the separator is put between the columns for you",
      });
    }
    return { source, target, line };
  });
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new PairError(`${path} is not UTF-8`, { code: "not-utf-8", hint: "save it as UTF-8" });
  }
}

function encodePair(
  { source, target }: Pair,
  separator: number,
  tokenizer: TextTokenizer,
): EncodedPiece & { readonly firstTarget: number } {
  const before = [...tokenizer.encode(source), separator];
  return {
    ids: Uint16Array.from([...before, ...tokenizer.encode(target)]),
    firstTarget: before.length,
    characters: [...target].length,
    bytes: new TextEncoder().encode(target).length,
  };
}
