/** Worker thread of `buildDataset`: takes paths, answers with ids. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { type EncodedPiece, musicEncoder, type PieceEncoder, textEncoder } from "./encode-piece.ts";

/** How the worker is to encode; plain data, since it crosses to the thread. */
export type EncoderChoice =
  | { readonly kind: "music"; readonly recover: boolean }
  | { readonly kind: "text"; readonly tokenizerJson: unknown };

export type WorkerAnswer = { readonly piece: EncodedPiece } | { readonly reason: string };

export function encoderOf(choice: EncoderChoice): PieceEncoder {
  return choice.kind === "music" ? musicEncoder(choice) : textEncoder(choice.tokenizerJson);
}

if (parentPort) {
  const port = parentPort;
  const choice: EncoderChoice = workerData;
  const encoder = encoderOf(choice);
  // Read synchronously: answers must come in the order of the questions.
  port.on("message", (path: string) => {
    try {
      const piece = encoder.encode(readFileSync(path));
      const answer: WorkerAnswer = { piece };
      port.postMessage(answer, [piece.ids.buffer]);
    } catch (error) {
      const answer: WorkerAnswer = { reason: error instanceof Error ? error.message : String(error) };
      port.postMessage(answer);
    }
  });
}
