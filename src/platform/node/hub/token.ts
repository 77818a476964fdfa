/** The user's token for the hub, where `huggingface_hub` finds it: the environment, or the file that `hf auth login` writes. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CheckpointError } from "../../../../models/index.ts";

/** A token, and where it is from. */
export interface HubToken {
  readonly value: string;
  /** The name of the environment variable, or the path of the file. */
  readonly origin: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Printable ASCII, as a header has it. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;

/**
 * HF_TOKEN, or the file HF_TOKEN_PATH, by default `token` in HF_HOME. None with HF_HUB_DISABLE_IMPLICIT_TOKEN.
 *
 * @throws CheckpointError for a text that is not a token.
 */
export async function hubToken(
  environment: Environment = process.env,
  home: string = homedir(),
): Promise<HubToken | undefined> {
  if (/^(1|true|yes|on)$/i.test(environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"] ?? "")) return undefined;
  for (const origin of ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
    const value = cleaned(environment[origin]);
    if (value !== undefined) return checked({ value, origin });
  }
  const origin = tokenPath(environment, home);
  const value = cleaned(await readFile(origin, "utf8").catch(() => undefined));
  return value === undefined ? undefined : checked({ value, origin });
}

function tokenPath(environment: Environment, home: string): string {
  const expanded = (path: string): string => path.replace(/^~(?=$|[\\/])/, home);
  const { HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = environment;
  if (HF_TOKEN_PATH) return expanded(HF_TOKEN_PATH);
  const huggingFace = HF_HOME || join(XDG_CACHE_HOME || join(home, ".cache"), "huggingface");
  return join(expanded(huggingFace), "token");
}

/** Files and copied texts have line ends. */
function cleaned(text: string | undefined): string | undefined {
  return text?.replace(/[\r\n]/g, "").trim() || undefined;
}

function checked(token: HubToken): HubToken {
  if (HEADER_VALUE.test(token.value)) return token;
  throw new CheckpointError(`${token.origin} does not contain a token of the hub`, {
    code: "access-denied",
    hint: "a token is one word, such as hf_…; log in again with `hf auth login`, or remove it",
  });
}
