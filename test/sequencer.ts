import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files of these run for a minute; begun last, one would run alone at the end. `unit` has the shortest. */
const ORDER = ["package", "docs", "cli", "engine", "unit"];

/**
 * Long files first. Files of the page, which wait for sound as it is played, alternate with files that keep a processor
 * busy.
 */
export class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    const of = (name: string): TestSpecification[] => sorted.filter(({ project }) => project.name === name);
    const page = of("page");
    const others = ORDER.flatMap(of);
    const first = others.flatMap((specification, i) => [specification, ...page.slice(i, i + 1)]);
    return [...first, ...page.slice(others.length)];
  }
}
