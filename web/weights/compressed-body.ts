/** Weights that the build compressed: gzip of their shuffled bytes. They are decompressed while they are downloaded. */
import { CheckpointError } from "../../models/errors.ts";
import type { DownloadBody } from "../../src/platform/download.ts";
import { Unshuffle } from "./byte-shuffle.ts";

/** Decompresses a download. Gzip has a checksum of the contents, so that damage is noticed. */
export class CompressedBody implements DownloadBody {
  readonly #name: string;
  #stream: Decompression | undefined;
  bytes = 0;

  /** @param name of the file, for messages. */
  constructor(name: string) {
    this.#name = name;
  }

  /** The number of compressed bytes says nothing about the memory. */
  expect(): void {}

  async add(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    this.bytes += chunk.length;
    this.#stream ??= startDecompression();
    await this.#stream.writer.write(chunk).catch((cause: unknown) => this.#refuse(cause));
  }

  clear(): void {
    void this.#stream?.writer.abort().catch(() => undefined);
    this.#stream = undefined;
    this.bytes = 0;
  }

  async whole(): Promise<Uint8Array<ArrayBuffer>> {
    const { writer, contents } = this.#stream ?? startDecompression();
    const [bytes] = await Promise.all([contents, writer.close()]).catch((cause: unknown) =>
      this.#refuse(cause),
    );
    return bytes;
  }

  #refuse(cause: unknown): never {
    throw new CheckpointError(`${this.#name} is damaged`, {
      code: "bad-safetensors",
      hint: "the file is cut off or damaged on the server, or was changed on its way; load it again",
      cause,
    });
  }
}

interface Decompression {
  readonly writer: WritableStreamDefaultWriter<BufferSource>;
  readonly contents: Promise<Uint8Array<ArrayBuffer>>;
}

function startDecompression(): Decompression {
  const { readable, writable } = new DecompressionStream("gzip");
  const contents = contentsOf(readable.getReader());
  // Reported by the writer.
  contents.catch(() => undefined);
  return { writer: writable.getWriter(), contents };
}

async function contentsOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const file = new Unshuffle();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) file.add(part.value);
    return file.whole();
  } catch (error) {
    // The writer would wait for ever for what is not read.
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
}
