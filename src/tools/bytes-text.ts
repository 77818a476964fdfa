const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** Formats a number of bytes: at most three digits before the decimal point and, from kilobytes on, one after it. */
export function bytesText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 999.95 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit] ?? ""}`;
}
