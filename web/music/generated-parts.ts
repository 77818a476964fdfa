/** Accompanies the primer, or fills in a region: the new piece, and the branch that shows it. */
import type { GeneratedTrack, GenerateTrackOptions, InfillOptions, Score } from "../../src/index.ts";
import type { Span } from "../sound/sound.ts";
import { clock } from "../words.ts";
import type { Place } from "./branches.ts";
import { accompanyBand, infillBand } from "./band-parts.ts";
import { BandPiece } from "./band-piece.ts";
import { type Band, isBand, type Music } from "./music.ts";
import { accompaniedPiece, infilledPiece, melodyOf, scoreOf } from "./piece-edits.ts";

export interface GeneratedPart {
  readonly piece: Music;
  readonly place: Place;
}

/** A model that accompanies. */
export interface Accompanist {
  accompany(melody: Score, options: GenerateTrackOptions): Promise<GeneratedTrack>;
}

/** A model that fills in a region. */
export interface Infiller {
  infill(score: Score, options: InfillOptions): Promise<GeneratedTrack>;
}

/** Adds an accompaniment to the primer. */
export async function accompany(
  model: Accompanist | Band,
  piece: Music,
  options: GenerateTrackOptions,
): Promise<GeneratedPart> {
  if (piece instanceof BandPiece || isBand(model)) {
    if (!(piece instanceof BandPiece && isBand(model))) throw new TypeError(OTHER_KIND);
    const { seed } = options;
    const place = { name: "accompaniment", forkSeconds: 0, ...seedOf(seed) };
    return { piece: await accompanyBand(model, piece, options), place };
  }
  const melody = melodyOf(piece);
  const { score, seed } = await model.accompany(melody, options);
  const place = { name: "accompaniment", forkSeconds: 0, partSeed: seed };
  return { piece: accompaniedPiece(piece, melody, score), place };
}

/** Replaces the notes of a time span with new music. */
export async function infill(
  model: Infiller | Band,
  piece: Music,
  span: Span,
  options: GenerateTrackOptions,
): Promise<GeneratedPart> {
  const region = onGrid(span);
  if (piece instanceof BandPiece || isBand(model)) {
    if (!(piece instanceof BandPiece && isBand(model))) throw new TypeError(OTHER_KIND);
    const filled = await infillBand(model, piece, region, options);
    return { piece: filled, place: infillPlace(region, options.seed) };
  }
  const before = scoreOf(piece);
  const { score, seed } = await model.infill(before, { ...options, ...region });
  return { piece: infilledPiece(piece, region, before, score), place: infillPlace(region, seed) };
}

const OTHER_KIND = "the piece is not of the kind that the model reads";

function seedOf(seed: number | undefined): Pick<Place, "partSeed"> {
  return seed === undefined ? {} : { partSeed: seed };
}

function infillPlace(region: Span, seed: number | undefined): GeneratedPart["place"] {
  const { fromSeconds: forkSeconds, toSeconds: joinSeconds } = region;
  return { name: spanWords(region), forkSeconds, joinSeconds, ...seedOf(seed) };
}

/** Start and end of a time span, in minutes and seconds. */
export function spanWords({ fromSeconds, toSeconds }: Span): string {
  return `${clock(fromSeconds)}–${clock(toSeconds)}`;
}

/** A time span on the encoding's grid of 10 ms. */
function onGrid({ fromSeconds, toSeconds }: Span): Span {
  return { fromSeconds: Math.round(fromSeconds * 100) / 100, toSeconds: Math.round(toSeconds * 100) / 100 };
}
