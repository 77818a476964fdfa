/** The options of the generation on the page. */
import type { DensityName, StyleName } from "../../encoding/index.ts";
import type { SamplingOptions } from "../../src/index.ts";

/** What the music is to be like. Models of several instruments have the sampling options only. */
export interface PageOptions extends SamplingOptions {
  readonly style?: StyleName;
  readonly density?: DensityName;
  /** Only with a length. */
  readonly ending?: boolean;
}
