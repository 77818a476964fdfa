/** A checkpoint's tokenizer, from whichever files it has. */
import { TextTokenizer } from "../encoding/text.ts";
import { CheckpointError, type CheckpointFiles, readConfig } from "../models/index.ts";

/**
 * Reads `tokenizer.json`, or where there is none `vocab.json` and `merges.txt`.
 *
 * @throws CheckpointError when the model is not one of text, neither is there or a file is not JSON; TokenizerError when it is not a byte-level BPE.
 */
export async function readTokenizer(files: CheckpointFiles): Promise<TextTokenizer> {
  // A model that is no GPT-2 is refused by name, whatever its tokenizer is.
  const { vocabulary: ids } = await readConfig(files);
  if (ids !== undefined && ids !== "text") {
    throw new CheckpointError(`the model's vocabulary is "${ids}": it writes music, not text`, {
      code: "unsupported",
      hint: "name a text model, or use what generates music",
    });
  }
  const whole = await readFile(files, "tokenizer.json");
  if (whole !== undefined) return new TextTokenizer(parseJson(whole, "tokenizer.json"));
  const vocabulary = await readFile(files, "vocab.json");
  const merges = await readFile(files, "merges.txt");
  if (vocabulary !== undefined && merges !== undefined) {
    return TextTokenizer.fromVocabulary(parseJson(vocabulary, "vocab.json"), merges);
  }
  throw new CheckpointError("the checkpoint has no tokenizer", {
    code: "missing-file",
    hint: "a text model needs tokenizer.json, or vocab.json and merges.txt, beside its config.json",
  });
}

async function readFile(files: CheckpointFiles, name: string): Promise<string | undefined> {
  let file;
  try {
    file = await files.open(name);
  } catch (error) {
    if (error instanceof CheckpointError && error.code === "missing-file") return undefined;
    throw error;
  }
  try {
    return new TextDecoder().decode(await file.read(0, file.bytes));
  } finally {
    await file.close();
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = "the file is cut off or damaged; download it again";
    throw new CheckpointError(`${name} is not JSON`, { code: "bad-config", hint, cause });
  }
}
