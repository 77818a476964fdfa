/** `ostinato inspect` of a model: its tensors and memory, computed from its config. */
import { existsSync } from "node:fs";
import { type MusicCodec, musicCodec } from "../../encoding/index.ts";
import {
  cacheBytesPerId,
  codecOf,
  type DecoderConfig,
  GPT2_SIZES,
  SCHEMES,
  readConfig,
  refusePointers,
  countParameters,
  type ParameterCount,
  weightBytes,
} from "../../models/index.ts";
import { modelFiles, type ModelFilesOptions } from "../platform/node/index.ts";
import type { Console } from "./console.ts";

/**
 * The config of a GPT-2 size, or of another model. A folder takes precedence, and must not contain Git LFS pointers.
 *
 * @throws CheckpointError
 */
export async function inspectedConfig(name: string, options: ModelFilesOptions): Promise<DecoderConfig> {
  const isFolder = existsSync(name);
  const known = isFolder || options.revision !== undefined ? undefined : GPT2_SIZES.get(name);
  if (known) return known;
  const files = await modelFiles(name, { ...options, only: ["config.json"] });
  if (isFolder) await refusePointers(files);
  return readConfig(files);
}

export function showModel(
  name: string,
  config: DecoderConfig,
  { codec: chosen, json }: { readonly codec: string | undefined; readonly json: boolean },
  console: Console,
): void {
  const counted = countParameters(config);
  const memory = memoryBytes(config, counted);
  const cache = cacheBytesPerId(config);
  const codec = musicCodecOf(name, config, chosen);
  if (json) {
    const ids = codec && { vocabulary: codec.name, ranges: codec.ranges };
    console.result({ model: name, config, ids, ...counted, memoryBytes: memory, cacheBytesPerId: cache });
    return;
  }
  for (const line of modelLines(name, config, counted)) console.line(line);
  if (codec) {
    console.line("");
    for (const line of idLines(codec)) console.line(line);
  }
  console.line("");
  console.line(
    `memory:  ${Object.entries(memory)
      .map(([precision, bytes]) => `${precision} ${megabytes(bytes)}`)
      .join(", ")}`,
  );
  const { window } = config;
  console.line(
    `cache:   ${grouped(cache)} bytes for each id, ${megabytes(cache * window)} for a window of ${window}`,
  );
  if (name === "gpt2") for (const line of PUBLISHED) console.line(line);
}

/** The codec of a model of music; undefined for a model of text, and if it is not known what its ids mean. */
function musicCodecOf(
  name: string,
  config: DecoderConfig,
  chosen: string | undefined,
): MusicCodec | undefined {
  // Whether there is a tokenizer decides between text and nothing known only.
  const codec = codecOf({ config, id: name, hasTokenizer: true, codec: chosen });
  return codec === undefined || codec.kind === "text" ? undefined : musicCodec(codec.vocabulary);
}

/** What the ids mean. */
function idLines({ name, summary, ranges }: MusicCodec): string[] {
  const spans = ranges.map(({ first, count }) =>
    count === 1 ? grouped(first) : `${grouped(first)}–${grouped(first + count - 1)}`,
  );
  const width = Math.max(...spans.map((span) => span.length));
  return [
    `ids:     ${summary} (${name})`,
    ...ranges.map(({ kind }, index) => `  ${(spans[index] ?? "").padEnd(width)}  ${kind}`),
  ];
}

/** Explains why a published parameter count differs. */
const PUBLISHED = [
  "",
  "A well-known table counts 124,410,624. It has 768 instead of 3,072 biases in each block's first feed-forward layer",
  "(12 × 2,304 too few), and leaves out the final norm (1,536 too few): together the missing 29,184.",
];

/** Bytes of the weights in files (fp16), and in memory in Node. */
function memoryBytes(config: DecoderConfig, { parameters }: ParameterCount) {
  return {
    fp32: weightBytes(config, SCHEMES.fp32.node),
    fp16: 2 * parameters,
    int8: weightBytes(config, SCHEMES.int8.node),
  };
}

function modelLines(name: string, config: DecoderConfig, { groups, parameters }: ParameterCount): string[] {
  const { layers, width, heads, feedForward, vocabularySize, window, position } = config;
  const numbers = groups.flatMap((group) =>
    [...group.tensors, group].map((each) => grouped(each.parameters)),
  );
  const column = Math.max(grouped(parameters).length, ...numbers.map((number) => number.length));
  const row = (label: string, shape: string, count: number): string =>
    `${label.padEnd(24)} ${shape.padEnd(18)} ${grouped(count).padStart(column)}`.trimEnd();
  const lines = [
    `${name}: ${layers} layers, width ${width}, ${heads} heads, feed-forward ${feedForward}, ` +
      `${position.kind} positions, ${vocabularySize} ids, window ${window}`,
  ];
  for (const group of groups) {
    lines.push("", group.repeats > 1 ? `${group.name}, ${group.repeats} of them:` : `${group.name}:`);
    for (const tensor of group.tensors) {
      lines.push(row(`  ${tensor.name}`, tensor.shape.join(" × "), tensor.parameters));
    }
    if (group.tensors.length > 1)
      lines.push(row(group.repeats > 1 ? "  one" : "  together", "", group.parameters));
    if (group.repeats > 1) {
      lines.push(row(`  all ${group.repeats}`, "", group.repeats * group.parameters));
    }
  }
  lines.push("", row("total", "", parameters));
  if (config.tiedHead) lines.push("the head is the embedding, transposed: it is not counted again");
  return lines;
}

function grouped(number: number): string {
  return number.toLocaleString("en-US");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
