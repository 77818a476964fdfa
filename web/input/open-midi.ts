/** Opens a MIDI file and encodes it as a primer. */
import { PERFORMANCE_416, readMidi, type Score } from "../../encoding/index.ts";
import { encodePrimer } from "../../src/music/index.ts";
import { byId, element } from "../elements.ts";
import type { OpenedFile } from "../music/opened-file.ts";
import { Piece } from "../music/piece.ts";

/** Largest file size. The largest files of large archives have a tenth of it. */
const MOST_BYTES = 16e6;

/** Thrown for a file that is too large or has no pitched notes. */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * @param recover reads the undamaged parts of a damaged file.
 * @throws FileError, MidiError
 */
export async function readMidiFile(
  file: Blob & { readonly name?: string },
  recover = false,
): Promise<Pick<OpenedFile, "bytes" | "score">> {
  if (file.size > MOST_BYTES) {
    throw new FileError(
      `${file.name ?? "the file"} has ${(file.size / 1e6).toFixed(1)} MB, more than ${MOST_BYTES / 1e6}`,
      "open a MIDI file; audio files are not supported",
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const score = readMidi(bytes, { recover });
  if (tracksOf(score).length === 0) {
    throw new FileError("the file has no notes other than percussion", "open a file with pitched notes");
  }
  return { score, bytes: recover ? undefined : bytes };
}

export interface TrackChoice {
  readonly index: number;
  readonly name: string;
  readonly notes: number;
}

/** The tracks with notes. @param withDrums includes percussion. */
export function tracksOf(score: Score, withDrums = false): TrackChoice[] {
  const counts = new Map<number, number>();
  for (const { track, isPercussion } of score.notes) {
    if (withDrums || !isPercussion) counts.set(track, (counts.get(track) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, notes]) => ({ index, notes, name: score.tracks[index]?.name.trim() || `track ${index}` }));
}

/** The notes of some tracks as a primer, from the first note on, as `ostinato generate --tracks` reads them. */
export function primerOfTracks(score: Score, tracks: readonly number[]): OpenedFile["primer"] {
  const isPitched = score.notes.some(({ track, isPercussion }) => tracks.includes(track) && !isPercussion);
  // Drums alone are music for models of several instruments.
  return encodePrimer(isPitched ? score : undefined, PERFORMANCE_416, { tracks: { tracks } });
}

/** The primer as a piece. Models of several instruments read its notes with their instruments. */
export function pieceOfTracks(score: Score, tracks: readonly number[], primer: OpenedFile["primer"]): Piece {
  return new Piece(
    PERFORMANCE_416,
    primer.ids,
    score.notes.filter(({ track }) => tracks.includes(track)),
  );
}

/** Shows a dialog to choose tracks. @returns undefined when the user cancels. */
export async function chooseTracks(score: Score, withDrums = false): Promise<number[] | undefined> {
  const choices = tracksOf(score, withDrums);
  if (choices.length === 1) return choices.map(({ index }) => index);
  const dialog = byId("tracks", HTMLDialogElement);
  const boxes = choices.map(({ index, name, notes }) => {
    const box = element("input", { type: "checkbox", id: `track-${index}`, value: String(index) });
    box.checked = true;
    const label = element("label", { for: box.id });
    label.append(box, element("span", {}, name), element("span", { class: "faint" }, `${notes} notes`));
    return { box, label };
  });
  byId("track-list", HTMLElement).replaceChildren(...boxes.map(({ label }) => label));
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => Number(box.value));
  return dialog.returnValue === "open" && chosen.length > 0 ? chosen : undefined;
}
