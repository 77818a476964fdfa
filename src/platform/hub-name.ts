/** Names of models of the Hugging Face hub: `owner/name`, `owner/name@revision`, and the addresses of their pages. */
import { OptionError } from "../options.ts";

/** The public hub. */
export const HUB = "https://huggingface.co";

/** The revision of a model that is named without one. */
export const DEFAULT_REVISION = "main";

/** A model of the hub. */
export interface HubModel {
  /** Such as "openai-community/gpt2". */
  readonly id: string;
  /** A branch, tag or commit; undefined if none is named. */
  readonly revision: string | undefined;
}

/** A revision that cannot be: wrong usage, whatever the model is. */
export class RevisionError extends OptionError {}

const AT_REVISION = /^([^@]*)(?:@([^]*))?$/;
/** The page of a model, or of the files of a revision. */
const PAGE = /^https:\/\/(?:huggingface\.co|hf\.co)\/([^?#]+?)(?:\/tree\/([^?#]+?))?\/?$/;
const ID = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/**
 * The model that a name means.
 *
 * @param option the revision that an option names.
 * @param aliases ids by short name.
 * @returns undefined for a name that does not have the form of a hub model.
 * @throws OptionError for a revision that cannot exist, and for two different ones.
 */
export function hubModel(
  name: string,
  option?: string,
  aliases: ReadonlyMap<string, string> = new Map(),
): HubModel | undefined {
  const [, address = "", suffix] = AT_REVISION.exec(name) ?? [];
  const [, path = address, tree] = PAGE.exec(address) ?? [];
  const id = aliases.get(path) ?? (ID.test(path) ? path : undefined);
  if (id === undefined) return undefined;
  const revision = suffix ?? (tree === undefined ? undefined : decoded(tree));
  for (const each of [revision, option]) if (each !== undefined) checkRevision(each);
  if (revision !== undefined && option !== undefined && revision !== option) {
    throw new RevisionError(`"${name}" names another revision than "${option}"`, {
      code: "not-for-this-model",
      hint: "name one revision",
    });
  }
  return { id, revision: revision ?? option };
}

/** The address of the files of a model on the public hub. */
export function hubAddress({ id, revision = DEFAULT_REVISION }: HubModel): string {
  return `${HUB}/${id}/resolve/${encodeURIComponent(revision)}/`;
}

/**
 * What `fetch` can read of a source that a page names: the address of a hub model's files for its page, `owner/name@revision`,
 * and `owner/name` with the option. Without a revision a name is an address on the page's own server.
 *
 * @throws OptionError as `hubModel`, and for the revision of another source.
 */
export function filesAddress(source: string | URL, revision?: string): string | URL {
  const name = String(source);
  const model = hubModel(name, revision);
  if (model && (model.revision !== undefined || name.startsWith("https:"))) return hubAddress(model);
  if (revision !== undefined) refuseRevision(name);
  return source;
}

/** @throws OptionError always: a model that is not of the hub has no revisions. */
export function refuseRevision(name: string): never {
  throw new RevisionError(`a revision is of models of the Hugging Face hub, and "${name}" is not one`, {
    code: "not-for-this-model",
    hint: "omit the revision, or name a model as owner/name",
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Git's rules for names of branches and tags (`git check-ref-format`). It becomes a part of paths and addresses. */
const UNUSABLE = /^$|^@$|[\s\p{Cc}~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|(^|\/)\.|\.lock(\/|$)|\.$/u;

function checkRevision(revision: string): void {
  if (!UNUSABLE.test(revision)) return;
  throw new RevisionError(`${JSON.stringify(revision)} is not a revision`, {
    hint: "name a branch, a tag or a commit of the model, such as main",
    code: "out-of-range",
  });
}
