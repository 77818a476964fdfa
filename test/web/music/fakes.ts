/** A sound and a model without a browser. */
import type { ContinueOptions, MusicEvent } from "../../../src/index.ts";
import type { MusicEngine } from "../../../src/platform/browser/worker/protocol.ts";
import type { Music } from "../../../web/music/music.ts";
import { Piece } from "../../../web/music/piece.ts";
import { Playback } from "../../../web/music/playback.ts";
import type { Sound, Source } from "../../../web/sound/sound.ts";

/** A clock controlled by the test. */
export class FakeSound implements Sound {
  source: Source | undefined;
  seconds = 0;
  isRunning = false;
  onTick: (() => void) | undefined;
  onSleep: (() => void) | undefined;

  run(): void {
    this.isRunning = true;
  }

  pause(): void {
    this.isRunning = false;
  }

  seek(seconds: number): void {
    this.seconds = seconds;
  }

  wake(): Promise<void> {
    return Promise.resolve();
  }

  advance(seconds: number): void {
    if (this.isRunning) this.seconds += seconds;
    this.onTick?.();
  }
}

/** A model that writes one note a second, as fast as it is let to, up to `limit` seconds; then it waits for ever. */
export class FakeModel implements Pick<MusicEngine, "continue"> {
  written = 0;
  limit = Infinity;
  failure: Error | undefined;
  readonly asked: Record<string, unknown>[] = [];

  async *continue(primer: unknown, options: ContinueOptions = {}): AsyncGenerator<MusicEvent, void> {
    const { signal, ...rest } = options;
    this.asked.push({ ...rest, ids: Array.isArray(primer) ? primer.length : 0 });
    for (this.written = 0; ;) {
      const seconds = this.written;
      yield { id: 60, kind: "NOTE_ON", value: 60, seconds };
      this.written += 1;
      yield { id: 355, kind: "TIME_SHIFT", value: 100, seconds: seconds + 1 };
      yield { id: 188, kind: "NOTE_OFF", value: 60, seconds: seconds + 1 };
      while (this.written >= this.limit && !this.failure) await settle(signal);
      if (this.failure) throw this.failure;
    }
  }
}

export async function settle(signal?: AbortSignal): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

export interface FakePlayback {
  readonly playback: Playback;
  readonly sound: FakeSound;
  readonly model: FakeModel;
  /** The settings; they may be changed, and are invalid when undefined. */
  readonly settings: { current: { options: { seed?: number }; seconds: number } | undefined };
}

/** Playback whose model and sound are loaded at the first press. */
export function fakePlayback(): FakePlayback {
  const sound = new FakeSound();
  const model = new FakeModel();
  const settings: FakePlayback["settings"] = { current: { options: { seed: 1 }, seconds: Infinity } };
  const models = {
    model: undefined as FakeModel | undefined,
    load: () => Promise.resolve((models.model = model)),
  };
  const sounds = { load: () => Promise.resolve(sound) };
  return { playback: new Playback(models, sounds, () => settings.current), sound, model, settings };
}

/** Ids of a primer of `seconds` notes, one a second. */
export function primerOf(seconds: number): number[] {
  return Array.from({ length: seconds }, () => [60, 355, 188]).flat();
}

/** The ids of a piece for the piano. */
export function idsOf(music: Music | undefined): readonly number[] | undefined {
  return music instanceof Piece ? music.ids : undefined;
}
