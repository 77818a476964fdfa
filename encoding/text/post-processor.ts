/** The post-processors of `tokenizer.json`: ids that are put before and after those of a text. */
import { damaged, Part, property, unsupported } from "./tokenizer-error.ts";

/** Ids around those of a text. */
export interface Template {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NONE: Template = { before: [], after: [] };

/**
 * The ids that a post-processor adds to a text.
 *
 * @param json the value of "post_processor"; null for none.
 * @throws TokenizerError that names a post-processor that is not supported.
 */
export function templateOf(json: unknown): Template {
  if (json === null || json === undefined) return NONE;
  const part = new Part("post-processor", json);
  switch (part.type) {
    case "ByteLevel":
      return NONE;
    case "Sequence":
      return part
        .list("processors")
        .map(templateOf)
        .reduce(
          (inner, { before, after }) => ({
            before: [...before, ...inner.before],
            after: [...inner.after, ...after],
          }),
          NONE,
        );
    case "TemplateProcessing":
      return processing(part);
    case "BertProcessing":
    case "RobertaProcessing":
      return { before: [idOfPair(part, "cls")], after: [idOfPair(part, "sep")] };
    default:
      throw unsupported(`tokenizer.json: ${part.name} is not supported`);
  }
}

/** `"single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]`, and the ids of each special token. */
function processing(part: Part): Template {
  const before: number[] = [];
  const after: number[] = [];
  let texts = 0;
  for (const piece of part.list("single")) {
    if (property(piece, "Sequence") === undefined) {
      const name = property(property(piece, "SpecialToken"), "id");
      (texts === 0 ? before : after).push(...idsOfSpecial(part, name));
    } else texts += 1;
  }
  if (texts !== 1) throw unsupported(`tokenizer.json: ${part.name} has the text ${texts} times`);
  return { before, after };
}

function idsOfSpecial(part: Part, name: unknown): readonly number[] {
  const token = typeof name === "string" ? property(part.value("special_tokens"), name) : undefined;
  const ids = property(token, "ids");
  if (Array.isArray(ids) && ids.every((id): id is number => Number.isInteger(id))) return ids;
  throw damaged(`tokenizer.json: ${part.name} has no ids of the token ${JSON.stringify(name ?? null)}`);
}

/** The id of `"cls": ["<s>", 0]`. */
function idOfPair(part: Part, key: string): number {
  const id = part.list(key)[1];
  if (typeof id === "number" && Number.isInteger(id)) return id;
  throw damaged(`tokenizer.json: "${key}" of ${part.name} has no id`);
}
