/** Encodes one file of a dataset folder; runs in a worker. */
import {
  encodeScore,
  melodyTrack,
  PERFORMANCE_416,
  readMidi,
  type ReadMidiOptions,
  type Score,
  type StyleName,
} from "../../../encoding/index.ts";
import { MIDI_EXTENSIONS } from "../../../encoding/midi/index.ts";
import { TextTokenizer, TokenizerError } from "../../../encoding/text/index.ts";
import { HintedError } from "../../errors.ts";
import { ExampleRandom } from "../example-random.ts";
import type { ExampleKind } from "./example-kind.ts";
import { makeExample } from "./examples.ts";
import { type DatasetVocabulary, MAX_UNRELEASED_SECONDS } from "./format.ts";
import { tokensHash } from "./tokens-hash.ts";

export interface EncodedPiece {
  readonly ids: Uint16Array<ArrayBuffer>;
  readonly notes?: number;
  readonly seconds?: number;
  /** Number of notes without a note-off. */
  readonly unreleasedNotes?: number;
  /** For a text: its length, to compare models with different tokenizers by character and byte. */
  readonly characters?: number;
  readonly bytes?: number;
  /** Whether the file has a melody track. */
  readonly hasMelodyTrack?: boolean;
  /** For a pair: the index in `ids` of the first id that the loss includes. */
  readonly firstTarget?: number;
}

/** A request for an example of a piece. */
export interface ExampleRequest {
  readonly kind: ExampleKind;
  readonly style?: StyleName | undefined;
  /** Key of the example's random stream. */
  readonly randomKey: readonly [seed: number, kind: number, serial: number];
}

/** The encoder of one kind of files. */
export interface PieceEncoder {
  readonly vocabulary: DatasetVocabulary;
  /** File name extensions, in lower case. */
  readonly extensions: readonly string[];
  /**
   * Encodes a file as one piece of the dataset, or as several.
   *
   * @param request the example to make. Default: the file itself.
   * @throws MidiError, EncodingError, ArrivalError or EmptyPieceError when the file cannot be encoded, ExampleError when it is not
   * suitable for the example.
   */
  encode(bytes: Uint8Array, request?: ExampleRequest): readonly EncodedPiece[];
}

/** Thrown for a readable file without contents to train on. */
export class EmptyPieceError extends HintedError<"no-notes" | "no-text"> {
  override readonly name = "EmptyPieceError";
}

/** Encodes MIDI files as performance ids; silence before the first note is omitted. */
export function musicEncoder(options: ReadMidiOptions): PieceEncoder {
  const vocabulary = PERFORMANCE_416;
  return {
    extensions: MIDI_EXTENSIONS,
    vocabulary: {
      name: vocabulary.name,
      size: vocabulary.size,
      ranges: vocabulary.ranges,
      startId: vocabulary.id("START"),
      endId: vocabulary.id("END"),
      padId: vocabulary.id("PAD"),
    },
    encode(bytes, request) {
      const score = readMidi(bytes, options);
      if (request) return [exampleOf(score, request)];
      const { ids, notes, unreleasedNotes } = encodeScore(score, vocabulary, {
        trimLeadingSilence: true,
        maxUnreleasedSeconds: MAX_UNRELEASED_SECONDS,
      });
      if (notes.length === 0)
        throw new EmptyPieceError("no notes other than percussion", {
          code: "no-notes",
          hint: "omit the file, or use one with pitched notes",
        });
      const seconds = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
      return [
        {
          ids,
          notes: notes.length,
          seconds: Math.round(seconds * 100) / 100,
          unreleasedNotes: unreleasedNotes > 0 ? unreleasedNotes : undefined,
        },
      ];
    },
  };
}

function exampleOf(score: Score, { kind, style, randomKey }: ExampleRequest): EncodedPiece {
  const random = new ExampleRandom(...randomKey);
  const { ids, ...facts } = makeExample(kind, score, PERFORMANCE_416, style, random);
  return { ids: Uint16Array.from(ids), ...facts, hasMelodyTrack: melodyTrack(score) !== undefined };
}

/** Encodes text files as BPE ids, each preceded by `<|endoftext|>` where the tokenizer has it. */
export function textEncoder(tokenizerJson: unknown): PieceEncoder {
  const tokenizer = datasetTokenizer(tokenizerJson);
  return {
    extensions: [".txt"],
    vocabulary: {
      name: "text",
      size: tokenizer.size,
      ranges: [],
      startId: tokenizer.endOfTextId,
      endId: null,
      padId: null,
      tokensSha256: tokensHash(tokenizerJson),
    },
    encode(bytes) {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      const ids = Uint16Array.from(tokenizer.encode(text));
      if (ids.length === 0)
        throw new EmptyPieceError("the file is empty", { code: "no-text", hint: "omit the file" });
      return [{ ids, characters: [...text].length, bytes: bytes.length }];
    },
  };
}

/** The tokenizer of a text dataset. @throws TokenizerError if it has more ids than 16 bits can hold. */
export function datasetTokenizer(tokenizerJson: unknown): TextTokenizer {
  const tokenizer = new TextTokenizer(tokenizerJson);
  if (tokenizer.size <= 0x10000) return tokenizer;
  throw new TokenizerError(`the tokenizer has ${tokenizer.size} ids; a dataset can have at most 65536`, {
    code: "unsupported",
    hint: "train a tokenizer with a smaller vocabulary",
  });
}
