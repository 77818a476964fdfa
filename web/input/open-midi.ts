/** Opens a MIDI file and encodes it as a primer. */
import {
  DRUMS,
  instrumentName,
  MidiError,
  PERFORMANCE_416,
  readMidi,
  type Score,
} from "../../encoding/index.ts";
import { encodePrimer } from "../../src/music/index.ts";
import { byId, element, setText } from "../elements.ts";
import { PlainError } from "../plain-error.ts";
import { asSentence } from "../words.ts";
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
): Promise<Pick<OpenedFile, "bytes" | "score" | "isDamaged">> {
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
  return { score, bytes, isDamaged: recover };
}

/** The file with the chosen tracks as a primer. */
export function openedFile(
  read: Pick<OpenedFile, "name" | "bytes" | "score" | "isDamaged">,
  tracks: readonly number[],
): OpenedFile {
  return { ...read, tracks, primer: primerOfTracks(read.score, tracks) };
}

export interface TrackChoice {
  readonly index: number;
  readonly name: string;
  readonly notes: number;
  /** Its instruments, as General MIDI names them. */
  readonly instruments: readonly string[];
}

/** The first programs of General MIDI are pianos. */
const PIANOS = 8;

/** The tracks with notes. @param withDrums includes percussion. */
export function tracksOf(score: Score, withDrums = false): TrackChoice[] {
  const found = new Map<number, { notes: number; readonly programs: Set<number> }>();
  for (const { track, program, isPercussion } of score.notes) {
    if (isPercussion && !withDrums) continue;
    const counts = found.get(track) ?? { notes: 0, programs: new Set() };
    counts.notes += 1;
    counts.programs.add(isPercussion ? DRUMS : program);
    found.set(track, counts);
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([index, { notes, programs }]) => ({
      index,
      notes,
      name: score.tracks[index]?.name.trim() || `track ${index}`,
      instruments: [...programs].map(instrumentName),
    }));
}

/** What becomes of the notes that the piano model cannot play as they are; "" where there are none. */
export function leftOutWords({ notes }: Score): string {
  const words = [
    ...(notes.some(({ isPercussion }) => isPercussion) ? ["percussion is ignored"] : []),
    ...(notes.some(({ isPercussion, program }) => !isPercussion && program >= PIANOS)
      ? ["other instruments will be played on the piano"]
      : []),
  ];
  return words.join("; ");
}

/** An error of a file in the words of a musician. */
export function plainFileError(error: unknown): unknown {
  if (!(error instanceof MidiError)) return error;
  const isOther = error.code === "not-midi" || error.code === "empty";
  return isOther
    ? new PlainError("this is not a MIDI file", "open a file whose name ends in .mid", error)
    : new PlainError(
        "this MIDI file is damaged",
        error.canRecover ? "open what is undamaged, or export the file again" : "export the file again",
        error,
      );
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
  const boxes = choices.map(({ index, name, notes, instruments }) => {
    const box = element("input", { type: "checkbox", id: `track-${index}`, value: String(index) });
    box.checked = true;
    const label = element("label", { for: box.id });
    const faint = `${instruments.join(", ")} · ${notes} ${notes === 1 ? "note" : "notes"}`;
    label.append(box, element("span", {}, name), element("span", { class: "faint" }, faint));
    return { box, label };
  });
  byId("track-list", HTMLElement).replaceChildren(...boxes.map(({ label }) => label));
  const open = byId("tracks-open", HTMLButtonElement);
  const update = (): void => {
    open.disabled = !boxes.some(({ box }) => box.checked);
  };
  const checkAll = (isChecked: boolean): void => {
    for (const { box } of boxes) box.checked = isChecked;
    update();
  };
  const closing = new AbortController();
  const { signal } = closing;
  byId("track-list", HTMLElement).addEventListener("change", update, { signal });
  byId("tracks-all", HTMLButtonElement).addEventListener("click", () => checkAll(true), { signal });
  byId("tracks-none", HTMLButtonElement).addEventListener("click", () => checkAll(false), { signal });
  setText(byId("tracks-left-out", HTMLElement), withDrums ? "" : asSentence(leftOutWords(score)));
  update();
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  closing.abort();
  const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => Number(box.value));
  return dialog.returnValue === "open" && chosen.length > 0 ? chosen : undefined;
}
