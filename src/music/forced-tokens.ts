/** A token that must come next: of the context that the model reads, or of the given music among the generated notes. */
export interface ForcedToken {
  readonly id: number;
  readonly part: "context" | "music";
}

export function forcedTokens(ids: readonly number[], part: ForcedToken["part"]): ForcedToken[] {
  return ids.map((id) => ({ id, part }));
}
