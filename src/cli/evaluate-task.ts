/** `ostinato evaluate --task`: measures whether a model uses the input of a task. */
import type { Score } from "../../encoding/index.ts";
import {
  accompanyCases,
  type CaseScore,
  CONTEXTS,
  type EvaluatedTask,
  infillCases,
  nllByContext,
  scoreCase,
  type TaskCase,
} from "../tools/evaluate/index.ts";
import type { MusicModel } from "../music/index.ts";
import type { Console } from "./console.ts";
import { CommandError } from "./errors.ts";
import { interruptSignal } from "./interrupt.ts";

export interface TaskEvaluation {
  readonly task: EvaluatedTask;
  /** Regions per file. */
  readonly regions: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Scores the files and prints the results. */
export async function evaluateTask(
  model: MusicModel,
  files: readonly { readonly path: string; readonly score: Score }[],
  { task, regions, seed, json }: TaskEvaluation,
  console: Console,
): Promise<void> {
  const cases = casesOf(
    task,
    files.map(({ score }) => score),
    model,
    { regions, seed },
  );
  const scores: CaseScore[] = [];
  const signal = interruptSignal();
  for (const one of cases) {
    scores.push(await scoreCase(model.decoder, one, { signal }));
    console.progress(() => `${scores.length} of ${cases.length} ${task === "infill" ? "regions" : "pieces"}`);
  }
  const contexts = CONTEXTS[task];
  if (json) {
    const perFile = files.flatMap(({ path }, piece) => {
      const own = scores.filter((one) => one.piece === piece);
      return own.length === 0 ? [] : [{ path, ...summary(own, contexts) }];
    });
    console.result({ task, cases: cases.length, ...summary(scores, contexts), files: perFile });
    return;
  }
  console.line("nats/id  context");
  const values = nllByContext(scores);
  for (const [index, context] of contexts.entries()) {
    const difference = values[index]! - values[0]!;
    const more = index === 0 ? "" : ` (${difference < 0 ? "−" : "+"}${Math.abs(difference).toFixed(4)})`;
    console.line(`${values[index]!.toFixed(4).padStart(7)}  ${context}${more}`);
  }
  const ids = scores.reduce((sum, one) => sum + one.ids, 0);
  console.line(`over ${ids} ids of ${cases.length} ${task === "infill" ? "regions" : "pieces"}`);
}

function casesOf(
  task: EvaluatedTask,
  pieces: readonly Score[],
  { vocabulary }: MusicModel,
  options: { readonly regions: number; readonly seed: number },
): TaskCase[] {
  const cases =
    task === "infill" ? infillCases(pieces, vocabulary, options) : accompanyCases(pieces, vocabulary);
  if (cases.length > 0) return cases;
  throw task === "infill"
    ? new CommandError("the files have no regions to infill", "use pieces longer than a few seconds")
    : new CommandError(
        "there are no two pieces with a melody and an accompaniment",
        "use several MIDI files",
      );
}

function summary(scores: readonly CaseScore[], contexts: readonly string[]): object {
  const values = nllByContext(scores);
  return {
    nllPerId: Object.fromEntries(contexts.map((context, index) => [context, values[index]])),
    ids: scores.reduce((sum, one) => sum + one.ids, 0),
  };
}
