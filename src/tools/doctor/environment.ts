/** Checks of the environment variables that affect the commands. */
import type { Check } from "./check.ts";

const area = "environment";

const VARIABLES = [
  "OSTINATO_BACKEND",
  "OSTINATO_CACHE",
  "HF_HOME",
  "HF_HUB_CACHE",
  "HF_ENDPOINT",
  "HF_HUB_OFFLINE",
  "HF_TOKEN",
  "XDG_CACHE_HOME",
  "NO_COLOR",
] as const;

export function environmentChecks(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Check[] {
  const set = VARIABLES.filter((name) => environment[name]);
  if (set.length === 0) {
    return [{ area, name: "variables", state: "good", found: `none of ${VARIABLES.join(", ")} is set` }];
  }
  return set.map((name) => check(name, environment[name] ?? ""));
}

function check(name: (typeof VARIABLES)[number], value: string): Check {
  const found = name === "HF_TOKEN" ? "set" : value;
  const hint = problemWith(name, value);
  return { area, name, found, ...(hint === undefined ? { state: "good" } : { state: "fault", hint }) };
}

/** The hint for an invalid value; undefined for a valid one. */
function problemWith(name: (typeof VARIABLES)[number], value: string): string | undefined {
  if (name === "OSTINATO_BACKEND" && value !== "node" && value !== "wasm") {
    return 'set it to "node" or "wasm", or unset it';
  }
  if (name === "HF_ENDPOINT" && !(URL.canParse(value) && /^https?:/.test(value))) {
    return "set it to the address of a hub, such as https://huggingface.co, or unset it";
  }
  return undefined;
}
