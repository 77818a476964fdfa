/** Takes in IndexedDB: one store for what a list shows, one for the music, and one for files, which never change. */
import type { TakeFile, TakeMusic, TakeSummary } from "./stored-take.ts";

const DATABASE = "ostinato-takes";
const STORES = ["summaries", "music", "files"] as const;

export interface StoredTake {
  readonly summary: TakeSummary;
  readonly music: TakeMusic;
  readonly file: TakeFile | undefined;
}

/** Rejects with a DOMException where the browser keeps nothing, or where its storage is full. */
export class TakeStore {
  #opened: Promise<IDBDatabase> | undefined;

  /** The newest first. */
  async list(): Promise<readonly TakeSummary[]> {
    const summaries = await this.#run("readonly", (store) =>
      done<TakeSummary[]>(store("summaries").getAll()),
    );
    return summaries.sort((a, b) => b.date - a.date);
  }

  async read(id: string): Promise<StoredTake | undefined> {
    return this.#run("readonly", async (store) => {
      const [summary, music, file] = await Promise.all([
        done<TakeSummary | undefined>(store("summaries").get(id)),
        done<TakeMusic | undefined>(store("music").get(id)),
        done<TakeFile | undefined>(store("files").get(id)),
      ]);
      return summary && music && { summary, music, file };
    });
  }

  /**
   * @param knownDate the date of what is stored, as this page last read or wrote it; undefined for no take.
   * @returns false where another page has changed the take since: nothing is written then.
   */
  async write({ summary, music, file }: StoredTake, knownDate: number | undefined): Promise<boolean> {
    return this.#run("readwrite", async (store) => {
      const { id } = summary;
      const stored = await done<TakeSummary | undefined>(store("summaries").get(id));
      if (stored && stored.date !== knownDate) return false;
      store("summaries").put(summary, id);
      store("music").put(music, id);
      // A file never changes.
      if (file && !stored) store("files").put(file, id);
      return true;
    });
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#run("readwrite", async (store) => {
      const summary = await done<TakeSummary | undefined>(store("summaries").get(id));
      if (summary) store("summaries").put({ ...summary, name }, id);
    });
  }

  async delete(id: string): Promise<void> {
    await this.#run("readwrite", (store) => {
      for (const name of STORES) store(name).delete(id);
    });
  }

  /** Runs one transaction. Resolves when what it wrote is stored. */
  async #run<T>(
    mode: IDBTransactionMode,
    action: (store: (name: (typeof STORES)[number]) => IDBObjectStore) => T | Promise<T>,
  ): Promise<T> {
    this.#opened ??= openDatabase();
    const database = await this.#opened;
    const transaction = database.transaction([...STORES], mode);
    const completed = new Promise<void>((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () =>
        reject(transaction.error ?? new Error("storage was denied")),
      );
    });
    const [result] = await Promise.all([action((name) => transaction.objectStore(name)), completed]);
    return result;
  }
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => {
    for (const name of STORES) request.result.createObjectStore(name);
  });
  return done(request);
}

function done<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("storage was denied")));
  });
}
