/** Keeps what is on the page as takes, and opens them again. */
import type { SettingValues } from "../controls/settings.ts";
import type { Branch } from "../music/branches.ts";
import type { Music } from "../music/music.ts";
import type { PieceOpener } from "../music/piece-opener.ts";
import type { Playback } from "../music/playback.ts";
import { Signal } from "../signal.ts";
import { branchesOf, storedFile, storedMusic, type TakeSummary } from "./stored-take.ts";
import type { StoredTake, TakeStore } from "./take-store.ts";

/** A change is stored after this time, in milliseconds: so much is lost when the browser crashes. */
const SETTLING_MILLISECONDS = 1500;

interface Settings {
  read(): SettingValues | undefined;
  write(settings: SettingValues): void;
}

/** The branches of a take as they are now. */
interface Present {
  readonly id: string;
  readonly list: readonly Branch[];
  readonly current: Branch;
  settings: SettingValues;
}

export class Takes {
  /** Other takes are stored. */
  readonly changed = new Signal();
  /** Takes cannot be stored. Emitted once. */
  readonly failed = new Signal<unknown>();
  readonly #store: TakeStore;
  readonly #playback: Playback;
  readonly #opener: PieceOpener;
  readonly #settings: Settings;
  readonly #modelName: () => string | undefined;
  #present: Present | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasFailed = false;
  /** By take: its stored state, as this page last read or wrote it. */
  readonly #known = new Map<string, { readonly date: number; readonly signature: string; name: string }>();
  /** Takes that go on under another name, since another page has changed the first one. */
  readonly #renamed = new Map<string, string>();
  /** Writes come one after the other. */
  #writing: Promise<void> = Promise.resolve();

  /** @param modelName returns the name of the model; undefined for a local folder. */
  constructor(
    store: TakeStore,
    parts: { readonly playback: Playback; readonly opener: PieceOpener },
    settings: Settings,
    modelName: () => string | undefined,
  ) {
    this.#store = store;
    this.#playback = parts.playback;
    this.#opener = parts.opener;
    this.#settings = settings;
    this.#modelName = modelName;
    parts.playback.changed.listen(() => this.#note());
  }

  /** The settings of the generation have changed. */
  settingsChanged(): void {
    const settings = this.#settings.read();
    if (!this.#present || !settings) return;
    this.#present.settings = settings;
    this.#later();
  }

  list(): Promise<readonly TakeSummary[]> {
    return this.#store.list();
  }

  read(id: string): Promise<StoredTake | undefined> {
    return this.#store.read(id);
  }

  /** Shows a take with its branches and settings. @returns undefined if it is no longer stored. */
  async open(id: string): Promise<TakeSummary | undefined> {
    await this.flush();
    const take = await this.#store.read(id);
    if (!take) return undefined;
    const { list, current } = branchesOf(id, take.music, take.file);
    const { date, name, settings } = take.summary;
    this.#known.set(id, { date, name, signature: signatureOf({ id, list, current, settings }) });
    this.#opener.showBranches(list, current, () => this.#settings.write(settings));
    return take.summary;
  }

  async rename(id: string, name: string): Promise<void> {
    const known = this.#known.get(id);
    if (known) known.name = name;
    await this.#store.rename(id, name);
    this.changed.emit();
  }

  /** @returns a function that stores it again. */
  async delete(id: string): Promise<() => Promise<void>> {
    const take = await this.#store.read(id);
    await this.#store.delete(id);
    return async () => {
      if (take) await this.#store.write(take, undefined);
    };
  }

  /** Stores what has changed. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const present = this.#present;
    if (present) this.#writing = this.#writing.then(() => this.#write(present));
    await this.#writing;
  }

  #note(): void {
    const { list, current } = this.#playback.branches;
    if (!current) return;
    const { take: id } = current;
    if (this.#present?.id !== id) {
      // The piece before, with its settings: they may already be those of the next one.
      void this.flush();
      const settings = this.#settings.read();
      if (!settings) return;
      this.#present = { id, list, current, settings };
    } else this.#present = { ...this.#present, list, current };
    this.#later();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => void this.flush(), SETTLING_MILLISECONDS);
  }

  async #write(present: Present): Promise<void> {
    const { list, current, settings } = present;
    const id = this.#renamed.get(present.id) ?? present.id;
    const signature = signatureOf(present);
    const known = this.#known.get(id);
    if (
      this.#hasFailed ||
      known?.signature === signature ||
      list.every(({ piece }) => piece.notes.length === 0)
    )
      return;
    const name = known?.name ?? current.file?.name.replace(/\.\w+$/, "") ?? `Piece ${settings.options.seed}`;
    const summary = {
      id,
      name,
      date: Math.max(Date.now(), (known?.date ?? 0) + 1),
      seconds: current.piece.seconds,
      settings,
      model: this.#modelName(),
    };
    const take = {
      summary,
      music: storedMusic({ list, current }),
      file: current.file && storedFile(current.file),
    };
    try {
      if (!(await this.#store.write(take, known?.date))) {
        this.#renamed.set(present.id, `${id}+`);
        await this.#write(present);
        return;
      }
      this.#known.set(id, { date: summary.date, signature, name: this.#known.get(id)?.name ?? name });
      this.changed.emit();
    } catch (error) {
      this.#hasFailed = true;
      this.failed.emit(error);
    }
  }
}

/** Differs where a take has changed. */
function signatureOf({ list, current, settings }: Present): string {
  const branches = list.map(({ name, piece }) => [name, piece.length, piece.seconds, hashOf(piece)]);
  return JSON.stringify([branches, list.indexOf(current), settings]);
}

function hashOf({ notes }: Music): number {
  let hash = 0;
  for (const { pitch, velocity, startSeconds, endSeconds = 0 } of notes) {
    for (const value of [pitch, velocity, Math.round(100 * startSeconds), Math.round(100 * endSeconds)])
      hash = (Math.imul(hash, 31) + value) | 0;
  }
  return hash;
}
