/** Summary of a comparison for a terminal. */
import { type ComparisonReport, TARGET_RATIO } from "./report.ts";

/** One line per distribution, then the other results. */
export function summaryLines({ distributions, memorization, illegal }: ComparisonReport): string[] {
  const lines = distributions.map(({ name, overlap, splitHalf, ratio, divergence }) => {
    const control =
      splitHalf && ratio !== undefined
        ? ` (halves of the reference ${splitHalf.overlap.toFixed(3)}, ratio ${ratio.toFixed(3)}${ratio < TARGET_RATIO ? " < " + TARGET_RATIO : ""})`
        : "";
    return `${name.padEnd(16)} overlap ${overlap.toFixed(3)}${control}, divergence ${divergence.toFixed(3)} nats`;
  });
  if (illegal)
    lines.push(
      `illegal choices without the mask: ${(100 * illegal.share).toFixed(2)} % of ${illegal.ids} ids ` +
        `(in the reference ${(100 * illegal.reference.share).toFixed(2)} %)`,
    );
  if (memorization) {
    const { generated, reference } = memorization;
    lines.push(
      `longest run shared with training, 99th percentile: ${generated.p99.toFixed(1)} notes ` +
        `(reference ${reference.p99.toFixed(1)}), longest ${generated.max} (${reference.max})`,
    );
  }
  return lines;
}
