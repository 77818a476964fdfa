/** The ids that begin and end a text, as transformers' `generate` takes them from a folder. */
import type { TextTokenizer } from "../../encoding/text/index.ts";
import { CheckpointError } from "../../models/index.ts";

/** The ids that begin and end a text. */
export interface SpecialIds {
  /** Starts a text without a prompt; null if there is none. */
  readonly startId: number | null;
  /** Each of them ends a text. */
  readonly endIds: readonly number[];
}

/** Parsed contents of files; undefined for a file that is not there. */
export interface GenerationFiles {
  /** `generation_config.json`. */
  readonly generation?: unknown;
  /** `config.json`. */
  readonly config?: unknown;
}

/**
 * Ids of `generation_config.json`; where it has none, of `config.json`; where that has none, of the tokenizer's files; and
 * then that of `<|endoftext|>`. Ids that the model does not have do not count: configs of small models often have GPT-2's.
 *
 * @param size number of ids of the model.
 * @throws CheckpointError for a value that is neither an id nor a list of ids.
 */
export function specialIds(files: GenerationFiles, tokenizer: TextTokenizer, size: number): SpecialIds {
  const named: readonly (readonly [file: string, json: unknown])[] = [
    ["generation_config.json", files.generation],
    ["config.json", files.config],
  ];
  const first = (key: string): readonly number[] | undefined =>
    named
      .map(([file, json]) => idsOf(json, key, file).filter((id) => id >= 0 && id < size))
      .find(({ length }) => length > 0);
  // A tokenizer may have more ids than the model.
  const own = (id: number | null): number | null =>
    [id, tokenizer.idOf("<|endoftext|>")].find((each) => each !== null && each < size) ?? null;
  const endId = own(tokenizer.endOfTextId);
  return {
    startId: first("bos_token_id")?.[0] ?? own(tokenizer.startOfTextId),
    endIds: first("eos_token_id") ?? (endId === null ? [] : [endId]),
  };
}

/** The ids of a key: a number, a list, or none. */
function idsOf(json: unknown, key: string, file: string): readonly number[] {
  const value: unknown = typeof json === "object" && json !== null ? Reflect.get(json, key) : undefined;
  if (value === undefined || value === null) return [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  if (ids.every((id): id is number => Number.isInteger(id))) return ids;
  throw new CheckpointError(`${file}: "${key}" is ${JSON.stringify(value)}`, {
    code: "bad-config",
    hint: "an id or a list of ids is needed",
  });
}
