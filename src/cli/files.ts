/** Input and output of the commands: paths, or "-" for stdin and stdout. */
import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { addAbortSignal } from "node:stream";
import {
  type Compatibility,
  MidiError,
  readMidi,
  type Score,
  SelectionError,
  selectNotes,
  selectTracks,
  type TrackSelection,
} from "../../encoding/index.ts";
import { writeFileAtomic } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { CommandError, DamagedFileError, UsageError } from "./errors.ts";
import { interruptSignal } from "./interrupt.ts";
import { commandIo } from "./io.ts";

/** @throws CommandError when the file cannot be read. */
export async function readInput(path: string): Promise<Uint8Array> {
  if (path === "-") return readStdin();
  try {
    return await readFile(path);
  } catch (error) {
    throw new CommandError(`cannot read ${path}: ${reasonOf(error)}`, "check the path");
  }
}

/** Paths of all files below a folder, relative to it, with "/" between their parts, sorted. */
export async function listFiles(folder: string): Promise<string[]> {
  try {
    const paths = await readdir(folder, { recursive: true });
    return paths.map((path) => path.split(sep).join("/")).sort();
  } catch (error) {
    throw new CommandError(`cannot read ${folder}: ${reasonOf(error)}`, "check the path");
  }
}

export interface ReadScoreOptions {
  /** Reads the undamaged parts of a damaged file. */
  readonly lenient?: boolean | undefined;
  /** Reads notes and pedals as another program does. */
  readonly compatibility?: Compatibility | undefined;
  /** Selects some of the tracks. */
  readonly tracks?: TrackSelection | undefined;
  /** Whether `tracks` may select percussion. Default false. */
  readonly keepsPercussion?: boolean | undefined;
}

/** Reads a MIDI file; writes its warnings to the console. */
export async function readScore(path: string, options: ReadScoreOptions, console: Console): Promise<Score> {
  const bytes = await readInput(path);
  return withPath(path, () => {
    const whole = readWhole(bytes, options);
    const score = options.tracks ? selectTracks(whole, options.tracks, options.keepsPercussion) : whole;
    for (const warning of score.warnings) console.say(`${path}: ${warning}`);
    return score;
  });
}

/** Reads a whole MIDI file, without applying the track selection; writes the warnings of the selection to the console. */
export async function readPrimer(path: string, options: ReadScoreOptions, console: Console): Promise<Score> {
  const bytes = await readInput(path);
  return withPath(path, () => {
    const whole = readWhole(bytes, options);
    const { warnings } = options.tracks ? selectNotes(whole, options.tracks, options.keepsPercussion) : whole;
    for (const warning of warnings) console.say(`${path}: ${warning}`);
    return whole;
  });
}

function readWhole(bytes: Uint8Array, { lenient = false, compatibility }: ReadScoreOptions): Score {
  return readMidi(bytes, { recover: lenient, compatibility });
}

/** Adds the path to the errors of `read`. */
function withPath(path: string, read: () => Score): Score {
  try {
    return read();
  } catch (error) {
    if (error instanceof SelectionError) throw new CommandError(`${path}: ${error.message}`, error.hint);
    if (!(error instanceof MidiError)) throw error;
    const Failure = error.canRecover ? DamagedFileError : CommandError;
    throw new Failure(`${path}: ${error.message}`, error.hint);
  }
}

/** Reads a text file. @throws CommandError when it cannot be read, or is not UTF-8. */
export async function readText(path: string): Promise<string> {
  const bytes = await readInput(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const name = path === "-" ? "stdin" : path;
    throw new CommandError(
      `${name} is not UTF-8: line ${faultyLine(bytes)}`,
      "convert it to UTF-8, for example with iconv",
    );
  }
}

/** Number of the first line that is not UTF-8, counted from 1. */
function faultyLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let begin = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, begin) + 1 || bytes.length;
    try {
      decoder.decode(bytes.subarray(begin, end));
    } catch {
      return line;
    }
    begin = end;
  }
}

/** @throws CommandError naming the file when the text is not JSON. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      "correct the file, or use another one",
    );
  }
}

/** @throws UsageError when the result and its summary would both go to stdout. */
export function checkOutputs({ json, out }: { readonly json?: boolean; readonly out: string }): void {
  if (json && out === "-")
    throw new UsageError("--json and --out - both write to stdout", "name a file with --out");
}

/** Checks before the work that the output can be written. */
export async function checkWritable(path: string): Promise<void> {
  if (path === "-") return;
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new CommandError(
      `cannot write to ${folder}: ${reasonOf(error)}`,
      "create the folder, or choose another one",
    );
  }
  const target = await stat(path).catch(() => undefined);
  if (target?.isDirectory()) throw new CommandError(`${path} is a folder`, "name a file to write");
}

/** Writes the whole output or nothing; parts for stdout are written as they arrive. */
export async function writeOutput(path: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  if (path === "-") {
    for await (const part of data instanceof Uint8Array ? [data] : data) {
      await new Promise<void>((resolve, reject) => {
        commandIo().stdout.write(part, (error) => (error ? reject(error) : resolve()));
      });
    }
    return;
  }
  try {
    await writeFileAtomic(path, data);
  } catch (error) {
    // Only errors of the file system; errors in producing the data pass through.
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new CommandError(`cannot write ${path}: ${reasonOf(error)}`, "nothing was written");
  }
}

async function readStdin(): Promise<Uint8Array> {
  const signal = interruptSignal();
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, commandIo().stdin)) chunks.push(chunk);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return Buffer.concat(chunks);
}

/** The operating system's reason, without its codes and paths. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const known: Readonly<Record<string, string>> = {
    ENOENT: "it does not exist",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EEXIST: "there is a file of that name",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is not a folder",
    ENOSPC: "the disk is full",
    EROFS: "the file system is read-only",
  };
  const fallback = error instanceof Error ? error.message : String(error);
  return typeof code === "string" ? (known[code] ?? fallback) : fallback;
}
