/** Names of saved files: "song-take-3-seed-57820". */
import type { Branch, Branches } from "../music/branches.ts";
import { Piece } from "../music/piece.ts";
import type { Span } from "../sound/sound.ts";

/** Characters that file systems or shells do not take in a name. */
const UNSAFE = /[\p{C}\s\\/:*?"'<>|]+/gu;

/**
 * The name of the current take, without an extension: that of its file, where the visitor cut it, its number, its seed if the model
 * wrote a part, and the times of a selection.
 *
 * @param seed of the settings.
 */
export function fileName(
  { list, current }: Pick<Branches, "list" | "current">,
  seed: number,
  span?: Span,
): string {
  const given = current?.file?.name.replace(/\.\w+$/, "");
  const isWritten = current?.piece.notes.some(({ origin }) => origin !== "primer");
  const number = current ? list.indexOf(current) + 1 : 1;
  const parts = [
    ...(given ? [given, ...cutAt(current)] : []),
    ...(isWritten || !given ? [`take-${number}`] : []),
    ...(isWritten ? [`seed-${current?.partSeed ?? current?.seed ?? seed}`] : []),
    ...(span ? [`${minutes(span.fromSeconds)}-to-${minutes(span.toSeconds)}`] : []),
  ];
  return parts.join("-").replace(UNSAFE, "-");
}

/** Where the music of the file was cut; nothing if it is whole. */
function cutAt(branch: Branch | undefined): string[] {
  const { piece, file } = branch ?? {};
  if (!file || !(piece instanceof Piece) || !piece.hasOnlyPrimer) return [];
  return piece.primerLength < file.primer.ids.length ? [`cut-at-${minutes(piece.primerSeconds)}`] : [];
}

/** "1m05s", as a colon is no part of a file name. */
function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, "0")}s`;
}
