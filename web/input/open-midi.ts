/** Opens a MIDI file and encodes it as a primer. */
import { encodeScore, PERFORMANCE_416, readMidi, type Score, selectTracks } from "../../encoding/index.ts";
import { byId, element } from "../elements.ts";
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
export async function readMidiFile(file: Blob & { readonly name?: string }, recover = false): Promise<Score> {
  if (file.size > MOST_BYTES) {
    throw new FileError(
      `${file.name ?? "the file"} has ${(file.size / 1e6).toFixed(1)} MB, more than ${MOST_BYTES / 1e6}`,
      "open a MIDI file; audio files are not supported",
    );
  }
  const score = readMidi(new Uint8Array(await file.arrayBuffer()), { recover });
  if (tracksOf(score).length === 0) {
    throw new FileError("the file has no notes other than percussion", "open a file with pitched notes");
  }
  return score;
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

/** The notes of some tracks as a primer, from the first note on. Models of several instruments read them with their instruments. */
export function pieceOfTracks(score: Score, tracks: readonly number[]): Piece {
  const chosen = selectTracks(score, { tracks });
  return new Piece(
    PERFORMANCE_416,
    encodeScore(chosen, PERFORMANCE_416, { trimLeadingSilence: true }).ids,
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
