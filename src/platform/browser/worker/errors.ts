/** Serializes errors between threads: structured cloning keeps neither their class nor fields such as `hint`. */
import {
  ArrivalError,
  ChannelError,
  EncodingError,
  MidiError,
  SelectionError,
  VocabularyError,
} from "../../../../encoding/index.ts";
import { CheckpointError } from "../../../../models/index.ts";
import { EngineError } from "../../../engine/index.ts";
import { HintedError } from "../../../errors.ts";
import { PrimerError, TaskError } from "../../../music/index.ts";
import { OptionError } from "../../../options.ts";

/** Thrown when a worker cannot be started or fails. */
export class WorkerError extends HintedError<"worker-failed"> {
  override readonly name = "WorkerError";
}

/** The error for a thread of Node, which has no messages of Web Workers. */
export function notWebWorker(): WorkerError {
  return new WorkerError("ostinato/worker needs a Web Worker, which a worker thread of Node is not", {
    code: "worker-failed",
    hint: 'use loadMusicModel of "ostinato/node", in the main thread or in a worker thread of your own: it does not block either',
  });
}

/** A serialized error. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its own fields, such as `code` and `hint`. */
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly cause?: SerializedError;
}

/** Errors that keep their class. A literal, which bundlers leave out of the worker: it only serializes. */
const CLASSES: Readonly<Record<string, { readonly prototype: object }>> = {
  ArrivalError,
  ChannelError,
  CheckpointError,
  EncodingError,
  EngineError,
  MidiError,
  OptionError,
  PrimerError,
  RangeError,
  SelectionError,
  TaskError,
  TypeError,
  VocabularyError,
  WorkerError,
};

/** Maximum depth of causes; a cause may refer to itself. */
const MAX_CAUSES = 4;

/** Serializes a thrown value. */
export function serializeError(thrown: unknown, depth = 0): SerializedError {
  if (!(thrown instanceof Error))
    return { name: "Error", message: String(thrown), stack: undefined, fields: {} };
  const { name, message, stack, cause } = thrown;
  const fields: Record<string, string | number | boolean | undefined> = {};
  for (const [key, value] of Object.entries(thrown)) {
    if (["string", "number", "boolean", "undefined"].includes(typeof value)) fields[key] = value;
  }
  const serialized = { name, message, stack, fields };
  return cause === undefined || depth === MAX_CAUSES
    ? serialized
    : { ...serialized, cause: serializeError(cause, depth + 1) };
}

/** Restores an error with its class, message, stack and fields. */
export function deserializeError({ name, message, stack, fields, cause }: SerializedError): Error {
  const error = cause ? new Error(message, { cause: deserializeError(cause) }) : new Error(message);
  if (Object.hasOwn(CLASSES, name)) Object.setPrototypeOf(error, CLASSES[name]!.prototype);
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(error, "name", { ...hidden, value: name });
  if (stack !== undefined) Object.defineProperty(error, "stack", { ...hidden, value: stack });
  return Object.assign(error, fields);
}
