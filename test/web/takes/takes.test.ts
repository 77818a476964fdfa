import { expect, it, vi } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { PieceOpener } from "../../../web/music/piece-opener.ts";
import { Piece } from "../../../web/music/piece.ts";
import { Playback } from "../../../web/music/playback.ts";
import { type StoredTake, TakeStore } from "../../../web/takes/take-store.ts";
import { Takes } from "../../../web/takes/takes.ts";

/** What two pages see. */
class FakeStore extends TakeStore {
  readonly stored = new Map<string, StoredTake>();

  override read(id: string): Promise<StoredTake | undefined> {
    return Promise.resolve(structuredClone(this.stored.get(id)));
  }

  override write(take: StoredTake, knownDate: number | undefined): Promise<boolean> {
    const { id } = take.summary;
    const before = this.stored.get(id);
    if (before && before.summary.date !== knownDate) return Promise.resolve(false);
    this.stored.set(id, structuredClone(take));
    return Promise.resolve(true);
  }
}

function page(store: FakeStore): {
  playback: Playback;
  opener: PieceOpener;
  takes: Takes;
  seed: (of: number) => void;
} {
  const settings = { options: { seed: 1 }, seconds: Infinity };
  const values = { read: () => ({ ...settings }), write: () => undefined };
  const never = { model: undefined, load: () => new Promise<never>(() => undefined) };
  const playback = new Playback(never, never, values.read);
  const opener = new PieceOpener(playback);
  const takes = new Takes(store, { playback, opener }, values, () => "piano");
  const seed = (of: number): void => {
    settings.options = { seed: of };
  };
  return { playback, opener, takes, seed };
}

function piece(...pitches: number[]): Piece {
  return new Piece(PERFORMANCE_416, [368, ...pitches.flatMap((pitch) => [pitch, 300, pitch + 128])]);
}

it("stores a piece with its own settings when the next one is opened", async () => {
  const store = new FakeStore();
  const { opener, takes, seed } = page(store);
  opener.show(piece(60));
  seed(2);
  opener.show(piece(62, 64));
  await takes.flush();
  const kept = [...store.stored.values()].map(({ summary }) => [summary.name, summary.settings.options.seed]);
  expect(kept).toEqual([
    ["Piece 1", 1],
    ["Piece 2", 2],
  ]);
});

it("writes nothing where nothing has changed, and no empty piece", async () => {
  const store = new FakeStore();
  const write = vi.spyOn(store, "write");
  const { opener, playback, takes } = page(store);
  opener.show(piece());
  await takes.flush();
  opener.show(piece(60));
  await takes.flush();
  playback.seek(0.2);
  await takes.flush();
  expect(write).toHaveBeenCalledTimes(1);
});

it("keeps both versions of a take that two pages change", async () => {
  const store = new FakeStore();
  const [one, other] = [page(store), page(store)];
  one.opener.show(piece(60));
  await one.takes.flush();
  const [id = ""] = [...store.stored.keys()];
  await other.takes.open(id);
  for (const { playback } of [one, other]) {
    playback.branches.current?.piece.truncate(1);
    for (const key of playback === one.playback ? [62] : [70, 71])
      if (playback.piece instanceof Piece)
        for (const each of [key, 300, key + 128]) playback.piece.push(each);
    playback.changed.emit();
  }
  await one.takes.flush();
  await other.takes.flush();
  expect([...store.stored.values()].map(({ music }) => music.branches.length)).toEqual([1, 1]);
  expect([...store.stored.keys()]).toEqual([id, `${id}+`]);
});
