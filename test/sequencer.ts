import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Begun last, one of these would run alone at the end. */
const LONGEST = /\/(webgpu|installed|docs|commands|craft)\.test\.ts$/;

/**
 * In this order. The files of the last four share their modules. A process takes a next file of these only if it follows
 * at once: another project's between them would end it.
 */
const ORDER = ["package", "docs", "page", "engine", "cli", "unit"];

/** One project after the other, long files first. */
export class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    return ORDER.flatMap((name) => longestFirst(sorted, name));
  }
}

function longestFirst(sorted: readonly TestSpecification[], name: string): TestSpecification[] {
  const files = sorted.filter(({ project }) => project.name === name);
  const [long, others] = [true, false].map((isLong) =>
    files.filter(({ moduleId }) => LONGEST.test(moduleId) === isLong),
  );
  return [...(long ?? []), ...(others ?? [])];
}
