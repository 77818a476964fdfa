/** Reads the pieces of a folder for `ostinato compare`. */
import { join } from "node:path";
import { type Compatibility, EncodingError, MidiError, readMidi } from "../../encoding/index.ts";
import { isMidiPath } from "../../encoding/midi/index.ts";
import { type GridNote, gridNotes } from "../tools/compare/index.ts";
import type { Console } from "./console.ts";
import { CommandError } from "./errors.ts";
import { listFiles, readInput } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";

interface FolderReading {
  readonly lenient: boolean;
  readonly compatibility?: Compatibility | undefined;
  readonly console: Console;
  readonly skipped: { path: string; reason: string }[];
}

/**
 * Reads the MIDI files below a folder one after the other. Files that cannot be read or have no notes are skipped and
 * reported.
 *
 * @throws CommandError when no file remains.
 */
export async function eachPiece(
  folder: string,
  { console, skipped, ...reading }: FolderReading,
  use: (path: string, notes: readonly GridNote[]) => void,
): Promise<void> {
  const paths = (await listFiles(folder)).filter(isMidiPath);
  let used = 0;
  for (const [index, path] of paths.entries()) {
    console.progress(() => `${index} of ${paths.length} files of ${folder}`);
    interruptSignal().throwIfAborted();
    const bytes = await readInput(join(folder, path));
    const reason = useNotes(bytes, reading, (notes) => use(path, notes));
    if (reason === undefined) used += 1;
    else {
      skipped.push({ path: join(folder, path), reason });
      console.say(`skipped ${join(folder, path)}: ${reason}`);
    }
  }
  if (used === 0) {
    throw new CommandError(`no MIDI files with notes in ${folder}`, "check the folder");
  }
}

/** Passes the notes of a file to `use`, or returns the reason why there are none. */
function useNotes(
  bytes: Uint8Array,
  { lenient, compatibility }: Pick<FolderReading, "lenient" | "compatibility">,
  use: (notes: readonly GridNote[]) => void,
): string | undefined {
  try {
    const notes = gridNotes(readMidi(bytes, { recover: lenient, compatibility }));
    if (notes.length === 0) return "no notes other than percussion";
    use(notes);
    return undefined;
  } catch (error) {
    if (error instanceof MidiError || error instanceof EncodingError) return error.message;
    throw error;
  }
}
