/** Ends a text before a string that the user names, wherever the tokens begin and end. */
import { OptionError } from "../options.ts";
import type { TextEnd, TextStep } from "./options.ts";

type Steps = AsyncGenerator<TextStep, TextEnd | undefined>;

/**
 * The strings of the option.
 *
 * @throws OptionError for an empty string, which would end every text.
 */
export function stopStrings(stop: string | readonly string[] = []): readonly string[] {
  const strings = typeof stop === "string" ? [stop] : stop;
  if (!strings.includes("")) return strings;
  throw new OptionError("a stop string is empty", {
    code: "out-of-range",
    hint: "give a string of at least one character",
  });
}

/**
 * The steps of a text up to the first stop string. Steps are held back while their text may belong to one. A step that begins
 * before the stop string and reaches into it is the last one, with its text cut there; later steps are omitted.
 */
export async function* untilStop(steps: Steps, strings: readonly string[]): Steps {
  const held = new HeldSteps(strings);
  try {
    for (let next = await steps.next(); ; next = await steps.next()) {
      if (next.done) {
        yield* held.all();
        return next.value;
      }
      const { released, isStopped } = held.push(next.value);
      yield* released;
      if (isStopped) return "stop";
    }
  } finally {
    await steps.return(undefined);
  }
}

/** A step, and where its characters are in the held text. */
interface HeldStep {
  readonly step: TextStep;
  readonly start: number;
}

class HeldSteps {
  readonly #strings: readonly string[];
  /** The text of the held steps. */
  #text = "";
  #steps: HeldStep[] = [];

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  /** Adds a step. @returns the steps that are certain now, and whether a stop string is complete. */
  push(step: TextStep): { readonly released: readonly TextStep[]; readonly isStopped: boolean } {
    this.#steps.push({ step, start: this.#text.length });
    this.#text += step.text;
    const stop = firstStop(this.#text, this.#strings);
    if (stop === undefined) return { released: this.#release(), isStopped: false };
    const before = this.#steps.filter(({ start }) => start < stop);
    const released = before.map(({ step: each, start }) => ({
      ...each,
      text: each.text.slice(0, stop - start),
    }));
    return { released, isStopped: true };
  }

  /** The held steps, when nothing follows. */
  all(): readonly TextStep[] {
    return this.#steps.map(({ step }) => step);
  }

  #release(): readonly TextStep[] {
    const certain = this.#text.length - possibleStart(this.#text, this.#strings);
    // A step without characters has a part of the next one.
    const isHeld = ({ step, start }: HeldStep): boolean => start + Math.max(1, step.text.length) > certain;
    const first = this.#steps.findIndex(isHeld);
    const released = first === -1 ? this.#steps : this.#steps.slice(0, first);
    const rest = this.#steps.slice(released.length);
    const from = rest[0]?.start ?? this.#text.length;
    this.#text = this.#text.slice(from);
    this.#steps = rest.map(({ step, start }) => ({ step, start: start - from }));
    return released.map(({ step }) => step);
  }
}

/** Where the stop string begins that is complete first; the longest of several. */
function firstStop(text: string, strings: readonly string[]): number | undefined {
  let best: { readonly start: number; readonly end: number } | undefined;
  for (const string of strings) {
    const start = text.indexOf(string);
    if (start === -1) continue;
    const end = start + string.length;
    if (!best || end < best.end || (end === best.end && start < best.start)) best = { start, end };
  }
  return best?.start;
}

/** Number of characters at the end of the text that may be the beginning of a stop string. */
function possibleStart(text: string, strings: readonly string[]): number {
  const longest = strings.reduce((most, { length }) => Math.max(most, length - 1), 0);
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const end = text.slice(-length);
    if (strings.some((string) => string.length > length && string.startsWith(end))) return length;
  }
  return 0;
}
