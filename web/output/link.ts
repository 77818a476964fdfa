/**
 * A piece as a link. Up to three minutes of music are stored as compressed ids; a longer piece is stored as its seed and
 * options.
 */
import { SAMPLING_OPTIONS, type SamplingOptions, type Vocabulary } from "../../src/index.ts";
import { CHOICES } from "../controls/specs.ts";
import type { SettingValues } from "../controls/settings.ts";
import type { Music } from "../music/music.ts";
import { packIds, unpackIds } from "../music/packed-ids.ts";
import { Piece } from "../music/piece.ts";

export const LONGEST_LINK_SECONDS = 180;

/** The content of a link. */
export interface LinkedPiece {
  /** Undefined if the link has no ids. */
  readonly piece: Piece | undefined;
  readonly settings: SettingValues;
  /** The model's name; undefined if the link names none. */
  readonly model: string | undefined;
}

/** Thrown for a link that was cut off or changed. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly hint = "ask for the link again; it may be incomplete";
}

/**
 * @param piece of several instruments: its notes are not in the link.
 * @param model name of the model; undefined for a local folder.
 * @returns the fragment of the URL, and whether it contains the ids.
 */
export async function linkOf(
  piece: Music,
  settings: SettingValues,
  model?: string,
): Promise<{ hash: string; hasIds: boolean }> {
  const parameters = new URLSearchParams();
  const hasIds = piece instanceof Piece && piece.seconds <= LONGEST_LINK_SECONDS;
  if (hasIds) parameters.set("ids", base64Url(await compressed(littleEndian(packIds(piece)))));
  if (model !== undefined) parameters.set("model", model);
  for (const { key } of SAMPLING_OPTIONS) {
    const value = settings.options[key];
    if (value !== undefined) parameters.set(key, String(value));
  }
  for (const { key } of CHOICES) {
    const value = settings.options[key];
    if (value !== undefined) parameters.set(key, value);
  }
  if (settings.options.ending) parameters.set("ending", "1");
  const seconds = hasIds ? piece.seconds : settings.seconds;
  if (Number.isFinite(seconds)) parameters.set("seconds", String(seconds));
  return { hash: `#${parameters.toString()}`, hasIds };
}

/**
 * @returns undefined if the URL contains no piece.
 * @throws LinkError
 */
export async function readLink(hash: string, vocabulary: Vocabulary): Promise<LinkedPiece | undefined> {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const ids = parameters.get("ids");
  if (ids === null && !parameters.has("seed")) return undefined;
  const options: SamplingOptions = Object.fromEntries(
    SAMPLING_OPTIONS.flatMap(({ key }) => (parameters.has(key) ? [[key, Number(parameters.get(key))]] : [])),
  );
  const seconds = Number(parameters.get("seconds") ?? Number.POSITIVE_INFINITY);
  if (Object.values(options).some(Number.isNaN) || !(seconds > 0))
    throw new LinkError("a setting in the link is not a number");
  const choices = CHOICES.flatMap(({ key, values }) =>
    values.includes(parameters.get(key) ?? "") ? [[key, parameters.get(key)]] : [],
  );
  const asked = {
    ...options,
    ...Object.fromEntries(choices),
    ...(parameters.has("ending") && { ending: true }),
  };
  return {
    piece: ids === null ? undefined : await pieceOf(ids, seconds, vocabulary),
    settings: { options: asked, seconds },
    model: parameters.get("model") ?? undefined,
  };
}

async function pieceOf(text: string, seconds: number, vocabulary: Vocabulary): Promise<Piece> {
  try {
    const bytes = await decompressed(fromBase64Url(text));
    const packed = Array.from(
      { length: bytes.length >> 1 },
      (_, i) => bytes[2 * i]! | (bytes[2 * i + 1]! << 8),
    );
    const piece = unpackIds(packed, vocabulary);
    if (Number.isFinite(seconds)) piece.close(seconds);
    return piece;
  } catch (cause) {
    throw new LinkError("the music in the link is damaged", { cause });
  }
}

function littleEndian(numbers: Uint16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.set([number & 0xff, number >> 8], 2 * index);
  return bytes;
}

async function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function decompressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function base64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );
}
