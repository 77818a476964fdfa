/** The tokenizer of a checkpoint: `tokenizer.json`, or `vocab.json` and `merges.txt`. */
import { TextTokenizer } from "../../encoding/text/index.ts";
import {
  CheckpointError,
  type CheckpointFiles,
  codecOf,
  readConfig,
  readIfThere,
} from "../../models/index.ts";

/**
 * Reads `tokenizer.json`; if it is missing, `vocab.json` and `merges.txt`.
 *
 * @throws CheckpointError for a music model, when the files are missing, or when a file is not JSON; TokenizerError when the
 * tokenizer is not a byte-level BPE.
 */
export async function readTokenizer(files: CheckpointFiles): Promise<TextTokenizer> {
  // First, so that the error for another architecture names it, whatever its tokenizer is.
  const config = await readConfig(files);
  const ids = config.vocabulary;
  if (ids !== undefined && ids !== "text") throw writesMusic(ids);
  const whole = await readText(files, "tokenizer.json");
  if (whole !== undefined) return new TextTokenizer(parseJson(whole, "tokenizer.json"));
  const vocabulary = await readText(files, "vocab.json");
  const merges = await readText(files, "merges.txt");
  if (vocabulary !== undefined && merges !== undefined) {
    return TextTokenizer.fromVocabulary(parseJson(vocabulary, "vocab.json"), merges);
  }
  const codec = codecOf({ config, hasTokenizer: false });
  if (codec && codec.kind !== "text") throw writesMusic(codec.vocabulary);
  throw new CheckpointError("the checkpoint has no tokenizer", {
    code: "missing-file",
    hint: "a text model needs tokenizer.json, or vocab.json and merges.txt, beside its config.json",
  });
}

function writesMusic(vocabulary: string): CheckpointError {
  return new CheckpointError(`the model's vocabulary is "${vocabulary}": it writes music, not text`, {
    code: "unsupported",
    hint: "use a text model, or the commands and functions for music",
  });
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
