/** A take as plain data, for storage. */
import { type ArrivalNote, PERFORMANCE_416 } from "../../encoding/index.ts";
import { readMidi } from "../../encoding/midi/index.ts";
import type { SettingValues } from "../controls/settings.ts";
import { openedFile, pieceOfTracks } from "../input/open-midi.ts";
import { BandPiece } from "../music/band-piece.ts";
import type { Branch, Branches } from "../music/branches.ts";
import { bandPieceOf, type Music } from "../music/music.ts";
import type { Origin } from "../music/note.ts";
import type { OpenedFile } from "../music/opened-file.ts";
import { packIds, unpackIds } from "../music/packed-ids.ts";

/** What a list of takes shows. */
export interface TakeSummary {
  readonly id: string;
  readonly name: string;
  /** When it was last changed, in milliseconds since 1970. */
  readonly date: number;
  /** Length of the branch that was open. */
  readonly seconds: number;
  readonly settings: SettingValues;
  /** Name of the model; undefined for a local folder. */
  readonly model: string | undefined;
}

type StoredMusic =
  | { readonly kind: "ids"; readonly ids: Uint16Array<ArrayBuffer>; readonly closedAt: number | undefined }
  | {
      readonly kind: "notes";
      readonly notes: readonly (readonly [ArrivalNote, Origin])[];
      readonly closedAt: number | undefined;
    };

interface StoredBranch extends Omit<Branch, "piece" | "parent" | "file" | "take"> {
  readonly music: StoredMusic;
  /** Index of the parent. */
  readonly parent: number;
}

export interface TakeMusic {
  readonly branches: readonly StoredBranch[];
  /** Index of the current branch. */
  readonly current: number;
}

/** The file that a take began with. */
export type TakeFile = Pick<OpenedFile, "name" | "bytes" | "isDamaged" | "tracks">;

export function storedMusic({ list, current }: Pick<Branches, "list" | "current">): TakeMusic {
  const branches = list.map(({ piece, parent, file: _file, take: _take, ...branch }) => ({
    ...branch,
    music: storedPiece(piece),
    parent: parent ? list.indexOf(parent) : -1,
  }));
  return { branches, current: current ? list.indexOf(current) : 0 };
}

export function storedFile({ name, bytes, isDamaged = false, tracks }: OpenedFile): TakeFile {
  return { name, bytes, isDamaged, tracks };
}

/** The branches of a take. @throws MidiError, FileError, VocabularyError when the stored data is damaged. */
export function branchesOf(
  take: string,
  { branches: stored, current }: TakeMusic,
  storedAs: TakeFile | undefined,
): { readonly list: readonly Branch[]; readonly current: Branch } {
  const file = storedAs && openedAgain(storedAs);
  const list: Branch[] = [];
  for (const { music, parent, ...branch } of stored)
    list.push({ ...branch, piece: pieceOf(music, file), parent: list[parent], file, take });
  const open = list[current] ?? list[0];
  if (!open) throw new RangeError("the take has no music");
  return { list, current: open };
}

function openedAgain(stored: TakeFile): OpenedFile {
  const score = readMidi(stored.bytes, { recover: stored.isDamaged ?? false });
  return openedFile({ ...stored, score }, stored.tracks);
}

function storedPiece(piece: Music): StoredMusic {
  const closedAt = piece.isClosed ? piece.seconds : undefined;
  if (!(piece instanceof BandPiece)) return { kind: "ids", ids: packIds(piece), closedAt };
  const notes = piece
    .arrivalNotes()
    .map((note, index) => [note, piece.notes[index]?.origin ?? "generated"] as const);
  return { kind: "notes", notes, closedAt };
}

function pieceOf(music: StoredMusic, file: OpenedFile | undefined): Music {
  const piece = music.kind === "ids" ? ofIds(music.ids, file) : bandPieceOf(music.notes);
  if (music.closedAt !== undefined) piece.close(music.closedAt);
  return piece;
}

/** A file that nothing was added to keeps its instruments, for models that play several. */
function ofIds(ids: Uint16Array<ArrayBuffer>, file: OpenedFile | undefined): Music {
  const piece = unpackIds(ids, PERFORMANCE_416);
  if (!file) return piece;
  const whole = pieceOfTracks(file.score, file.tracks, file.primer);
  const isWhole = whole.length === ids.length && packIds(whole).every((id, index) => id === ids[index]);
  return isWhole ? whole : piece;
}
