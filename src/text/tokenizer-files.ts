/** The files of a Hugging Face folder besides the weights: the tokenizer's, and those that name its special ids. */
import { TextTokenizer } from "../../encoding/text/index.ts";
import {
  CheckpointError,
  type CheckpointFiles,
  codecOf,
  type DecoderConfig,
  readConfig,
  readIfThere,
} from "../../models/index.ts";
import { type SpecialIds, specialIds } from "./special-ids.ts";

/** What a text model needs besides its decoder. */
export interface TextFiles {
  readonly tokenizer: TextTokenizer;
  readonly specialIds: SpecialIds;
}

/**
 * Reads `tokenizer.json`; if it is missing, `vocab.json` and `merges.txt`. Of the other files, which are optional, see
 * `TokenizerFiles` and `specialIds`.
 *
 * @throws CheckpointError for a music model, when the files are missing, or when a file is not JSON; TokenizerError when the
 * tokenizer is not a byte-level BPE.
 */
export async function readTextFiles(files: CheckpointFiles): Promise<TextFiles> {
  // First, so that the error for another architecture names it, whatever its tokenizer is.
  const decoder = await readConfig(files);
  const ids = decoder.vocabulary;
  if (ids !== undefined && ids !== "text") throw writesMusic(ids);
  const tokenizer = await readTokenizer(files, decoder);
  const generation = await readJson(files, "generation_config.json");
  const config = await readJson(files, "config.json");
  return { tokenizer, specialIds: specialIds({ generation, config }, tokenizer, decoder.vocabularySize) };
}

function writesMusic(vocabulary: string): CheckpointError {
  return new CheckpointError(`the model's vocabulary is "${vocabulary}": it writes music, not text`, {
    code: "unsupported",
    hint: "use a text model, or the commands and functions for music",
  });
}

async function readTokenizer(files: CheckpointFiles, config: DecoderConfig): Promise<TextTokenizer> {
  const tokenizer = await readJson(files, "tokenizer.json");
  const vocabulary = tokenizer === undefined ? await readJson(files, "vocab.json") : undefined;
  const merges = tokenizer === undefined ? await readText(files, "merges.txt") : undefined;
  if (tokenizer === undefined && (vocabulary === undefined || merges === undefined)) {
    const codec = codecOf({ config, hasTokenizer: false });
    if (codec && codec.kind !== "text") throw writesMusic(codec.vocabulary);
    throw new CheckpointError("the checkpoint has no tokenizer", {
      code: "missing-file",
      hint: "a text model needs tokenizer.json, or vocab.json and merges.txt, next to its config.json",
    });
  }
  const tokenizerConfig = await readJson(files, "tokenizer_config.json");
  const given = { tokenizer, vocabulary, merges, tokenizerConfig };
  if (listsAddedTokens(tokenizerConfig)) return TextTokenizer.fromFiles(given);
  return TextTokenizer.fromFiles({
    ...given,
    specialTokensMap: await readJson(files, "special_tokens_map.json"),
    addedTokens: await readJson(files, "added_tokens.json"),
  });
}

/** The two other files repeat what such a file says. */
function listsAddedTokens(tokenizerConfig: unknown): boolean {
  return (
    typeof tokenizerConfig === "object" &&
    tokenizerConfig !== null &&
    "added_tokens_decoder" in tokenizerConfig
  );
}

async function readJson(files: CheckpointFiles, name: string): Promise<unknown> {
  const text = await readText(files, name);
  return text === undefined ? undefined : parseJson(text, name);
}

async function readText(files: CheckpointFiles, name: string): Promise<string | undefined> {
  const bytes = await readIfThere(files, name);
  return bytes && new TextDecoder().decode(bytes);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = "the file is cut off or damaged; download it again";
    throw new CheckpointError(`${name} is not JSON`, { code: "bad-config", hint, cause });
  }
}
