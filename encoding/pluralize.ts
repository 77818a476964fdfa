/** A count with its noun, as in "1 note" and "2 notes". */
export function pluralize(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
