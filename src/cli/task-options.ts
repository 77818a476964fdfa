/** Options of the commands that make examples of tasks. */
import { InvalidArgumentError } from "commander";
import { STYLE_NAMES, type StyleName, type Task, TASKS } from "../../encoding/index.ts";
import { DEFAULT_SHARES, SHARED_KINDS, type Shares } from "../tools/dataset/index.ts";

export interface StylePrefix {
  readonly style: StyleName;
  readonly prefix: string;
}

/** Parses `accompany,infill`; each task may occur once. */
export function taskList(text: string): Task[] {
  const names = text.split(",").map((name) => name.trim());
  const tasks = TASKS.filter((task) => names.includes(task));
  const unknown = names.find((name) => !TASKS.some((task) => task === name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not a task; choose from ${TASKS.join(", ")}.`);
  }
  return tasks;
}

/** Parses `infill=0.2,style=0.05`; kinds that are not named keep their defaults. */
export function shareList(text: string): Shares {
  const shares: Record<(typeof SHARED_KINDS)[number], number> = { ...DEFAULT_SHARES };
  for (const term of text.split(",")) {
    const [name = "", value = ""] = term.split("=").map((part) => part.trim());
    const kind = SHARED_KINDS.find((candidate) => candidate === name);
    if (kind === undefined) {
      throw new InvalidArgumentError(
        `"${name}" is not a kind of example; choose from ${SHARED_KINDS.join(", ")}.`,
      );
    }
    const share = value === "" ? Number.NaN : Number(value);
    if (!(share >= 0 && share < 1)) {
      throw new InvalidArgumentError(`The share of ${kind} must be at least 0 and below 1, got "${value}".`);
    }
    shares[kind] = share;
  }
  return shares;
}

/** Parses `pop=pop909/`: the style of the files below a path; may be repeated. */
export function stylePrefix(text: string, previous: readonly StylePrefix[] = []): StylePrefix[] {
  const [name, prefix] = text.split(/=(.*)/s);
  const style = STYLE_NAMES.find((candidate) => candidate === name);
  if (style === undefined || prefix === undefined) {
    throw new InvalidArgumentError(
      `Must be a style (${STYLE_NAMES.join(", ")}), "=" and the start of a path.`,
    );
  }
  return [...previous, { style, prefix }];
}
