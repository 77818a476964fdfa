/** Worker thread of `buildDataset`: receives requests, returns ids. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { Compatibility } from "../../../encoding/index.ts";
import {
  type EncodedPiece,
  type ExampleRequest,
  musicEncoder,
  type PieceEncoder,
  textEncoder,
} from "./encode-piece.ts";

/** Options of the worker's encoder, as plain data for structured clone. */
export type EncoderChoice =
  | { readonly kind: "music"; readonly recover: boolean; readonly compatibility?: Compatibility | undefined }
  | { readonly kind: "text"; readonly tokenizerJson: unknown };

export interface WorkerRequest {
  readonly path: string;
  /** The example to make. Default: the piece itself. */
  readonly request?: ExampleRequest;
}

export type WorkerAnswer = { readonly piece: EncodedPiece } | { readonly reason: string };

export function encoderOf(choice: EncoderChoice): PieceEncoder {
  return choice.kind === "music" ? musicEncoder(choice) : textEncoder(choice.tokenizerJson);
}

if (parentPort) {
  const port = parentPort;
  const choice: EncoderChoice = workerData;
  const encoder = encoderOf(choice);
  // Read synchronously: results must be in the order of the requests.
  port.on("message", ({ path, request }: WorkerRequest) => {
    try {
      const bytes = readFileSync(path);
      const made = request && encoder.makeExample?.(bytes, request);
      const piece = made ?? encoder.encode(bytes);
      const answer: WorkerAnswer = { piece };
      port.postMessage(answer, [piece.ids.buffer]);
    } catch (error) {
      const answer: WorkerAnswer = { reason: error instanceof Error ? error.message : String(error) };
      port.postMessage(answer);
    }
  });
}
