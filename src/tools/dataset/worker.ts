/** Worker thread of `buildDataset`: receives requests, returns ids. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { ARRIVAL_55028, ARRIVAL_VOCABULARIES, type Compatibility } from "../../../encoding/index.ts";
import {
  type EncodedPiece,
  type ExampleRequest,
  musicEncoder,
  type PieceEncoder,
  textEncoder,
} from "./encode-piece.ts";
import { type TrackPart, windowEncoder } from "./encode-windows.ts";

/** Options of the worker's encoder, as plain data for structured clone. */
export type EncoderChoice =
  | { readonly kind: "music"; readonly recover: boolean; readonly compatibility?: Compatibility | undefined }
  | {
      readonly kind: "arrival";
      /** Name of one of `ARRIVAL_VOCABULARIES`. */
      readonly vocabulary: string;
      readonly parts?: readonly TrackPart[] | undefined;
      readonly recover: boolean;
      readonly compatibility?: Compatibility | undefined;
    }
  | { readonly kind: "text"; readonly tokenizerJson: unknown };

export interface WorkerRequest {
  readonly path: string;
  /** The example to make. Default: the piece itself. */
  readonly request?: ExampleRequest;
}

export type WorkerAnswer = { readonly pieces: readonly EncodedPiece[] } | { readonly reason: string };

export function encoderOf(choice: EncoderChoice): PieceEncoder {
  switch (choice.kind) {
    case "music":
      return musicEncoder(choice);
    case "arrival":
      return windowEncoder(ARRIVAL_VOCABULARIES.get(choice.vocabulary) ?? ARRIVAL_55028, choice);
    case "text":
      return textEncoder(choice.tokenizerJson);
  }
}

if (parentPort) {
  const port = parentPort;
  const choice: EncoderChoice = workerData;
  const encoder = encoderOf(choice);
  // Read synchronously: results must be in the order of the requests.
  port.on("message", ({ path, request }: WorkerRequest) => {
    try {
      const bytes = readFileSync(path);
      const pieces = encoder.encode(bytes, request);
      const answer: WorkerAnswer = { pieces };
      port.postMessage(
        answer,
        pieces.map(({ ids }) => ids.buffer),
      );
    } catch (error) {
      const answer: WorkerAnswer = { reason: error instanceof Error ? error.message : String(error) };
      port.postMessage(answer);
    }
  });
}
