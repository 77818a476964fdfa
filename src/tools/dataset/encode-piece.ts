/** One file of a dataset folder to ids; runs inside a worker. */
import {
  encodeScore,
  melodyTrack,
  PERFORMANCE_416,
  readMidi,
  type ReadMidiOptions,
  type StyleName,
} from "../../../encoding/index.ts";
import { MIDI_EXTENSIONS } from "../../../encoding/midi/index.ts";
import { TextTokenizer, TokenizerError } from "../../../encoding/text/index.ts";
import { HintedError } from "../../errors.ts";
import { ExampleRandom } from "../example-random.ts";
import type { ExampleKind } from "./example-kind.ts";
import { makeExample } from "./examples.ts";
import { type DatasetVocabulary, MAX_UNRELEASED_SECONDS } from "./format.ts";

export interface EncodedPiece {
  readonly ids: Uint16Array<ArrayBuffer>;
  readonly notes?: number;
  readonly seconds?: number;
  /** Notes that no event of the file releases. */
  readonly unreleasedNotes?: number;
  /** Of a text, so that models with different tokenizers can be compared by character and byte. */
  readonly characters?: number;
  readonly bytes?: number;
  /** Whether the file has its melody in a track of its own. */
  readonly hasMelodyTrack?: boolean;
}

/** An example to be made of a piece. */
export interface ExampleRequest {
  readonly kind: ExampleKind;
  readonly style?: StyleName | undefined;
  /** Key of the random choices. */
  readonly randomKey: readonly [seed: number, kind: number, serial: number];
}

/** What kind of files a dataset is made of, and how they are encoded. */
export interface PieceEncoder {
  readonly vocabulary: DatasetVocabulary;
  /** File name endings, lower case. */
  readonly extensions: readonly string[];
  /** @throws MidiError, EncodingError or EmptyPieceError when the file cannot be a piece. */
  encode(bytes: Uint8Array): EncodedPiece;
  /** @throws as `encode`, and ExampleError when no such example can be made of the piece. */
  makeExample?(bytes: Uint8Array, request: ExampleRequest): EncodedPiece;
}

/** Thrown for a file that can be read but holds nothing to learn from. */
export class EmptyPieceError extends HintedError<"no-notes" | "no-text"> {
  override readonly name = "EmptyPieceError";
}

/** MIDI files to performance ids; silence before the first note is left out. */
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
    encode(bytes) {
      const { ids, notes, unreleasedNotes } = encodeScore(readMidi(bytes, options), vocabulary, {
        trimLeadingSilence: true,
        maxUnreleasedSeconds: MAX_UNRELEASED_SECONDS,
      });
      if (notes.length === 0)
        throw new EmptyPieceError("no notes other than percussion", {
          code: "no-notes",
          hint: "leave the file out, or give one with pitched notes",
        });
      const seconds = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
      return {
        ids,
        notes: notes.length,
        seconds: Math.round(seconds * 100) / 100,
        unreleasedNotes: unreleasedNotes > 0 ? unreleasedNotes : undefined,
      };
    },
    makeExample(bytes, { kind, style, randomKey }) {
      const score = readMidi(bytes, options);
      const { ids, ...facts } = makeExample(kind, score, vocabulary, style, new ExampleRandom(...randomKey));
      return { ids: Uint16Array.from(ids), ...facts, hasMelodyTrack: melodyTrack(score) !== undefined };
    },
  };
}

/** Text files to BPE ids; `<|endoftext|>`, where the tokenizer has it, comes before each. */
export function textEncoder(tokenizerJson: unknown): PieceEncoder {
  const tokenizer = new TextTokenizer(tokenizerJson);
  if (tokenizer.size > 0x10000) {
    const hint = "train a tokenizer with a smaller vocabulary";
    throw new TokenizerError(`the tokenizer has ${tokenizer.size} ids, datasets hold at most 65536`, {
      code: "unsupported",
      hint,
    });
  }
  return {
    extensions: [".txt"],
    vocabulary: {
      name: "text",
      size: tokenizer.size,
      ranges: [],
      startId: tokenizer.endOfTextId,
      endId: null,
      padId: null,
    },
    encode(bytes) {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      const ids = Uint16Array.from(tokenizer.encode(text));
      if (ids.length === 0)
        throw new EmptyPieceError("the file is empty", { code: "no-text", hint: "leave the file out" });
      return { ids, characters: [...text].length, bytes: bytes.length };
    },
  };
}
