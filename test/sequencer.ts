import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Begun last, one of these would run alone at the end. */
const LONGEST = /\/(webgpu|installed|docs|commands|craft)\.test\.ts$/;

/** Projects whose files load their modules anew, the longest first. */
const ISOLATED = ["package", "docs", "engine"];

/** A process takes the next file of these only if it follows at once: another project's between them would end it. */
const SHARED = ["cli", "unit"];

/**
 * Long files first. Files of the page, which wait for sound as it is played, alternate with files that keep a processor
 * busy.
 */
export class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    const of = (name: string): TestSpecification[] => longestFirst(sorted, name);
    const page = of("page");
    const others = ISOLATED.flatMap(of);
    const first = others.flatMap((specification, i) => [...page.slice(i, i + 1), specification]);
    return [...first, ...page.slice(others.length), ...SHARED.flatMap(of)];
  }
}

function longestFirst(sorted: readonly TestSpecification[], name: string): TestSpecification[] {
  const files = sorted.filter(({ project }) => project.name === name);
  const [long, others] = [true, false].map((isLong) =>
    files.filter(({ moduleId }) => LONGEST.test(moduleId) === isLong),
  );
  return [...(long ?? []), ...(others ?? [])];
}
