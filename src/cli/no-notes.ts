import type { Console } from "./console.ts";

/** Says so when nothing was added: a short region, or rests only. */
export function sayNoNotes(console: Console, out: string, notes: number): void {
  if (notes === 0) console.say(`${out}: the model added no notes; try another --seed, or more seconds`);
}
