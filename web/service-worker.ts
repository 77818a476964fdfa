/**
 * Keeps the page for visits without a network. What the page is made of is stored at once; the model, the recorded strings
 * and WebGPU's part of ONNX Runtime when they are fetched first. Another version of the page has a store of its own.
 */

/** Written in by web/build/offline.ts: addresses relative to the page, and a digest of every file's content. */
declare const FILES_OF_THE_PAGE: readonly string[];
declare const VERSION_OF_THE_PAGE: string;

interface WaitableEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface FetchingEvent extends WaitableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const PREFIX = "ostinato-";
const STORE = `${PREFIX}${VERSION_OF_THE_PAGE}`;

globalThis.addEventListener("install", (event) => {
  if (isWaitable(event)) event.waitUntil(storePage());
});

globalThis.addEventListener("activate", (event) => {
  if (isWaitable(event)) event.waitUntil(Promise.all([dropOldStores(), claimPages()]));
});

globalThis.addEventListener("fetch", (event) => {
  if (!isFetching(event)) return;
  const { request } = event;
  const isOurs = new URL(request.url).origin === location.origin;
  if (request.method === "GET" && isOurs) event.respondWith(answer(request));
});

async function storePage(): Promise<void> {
  const store = await caches.open(STORE);
  await store.addAll(["./", ...FILES_OF_THE_PAGE]);
}

async function dropOldStores(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== STORE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The page of the first visit, too, has what it fetches from now on stored. */
async function claimPages(): Promise<void> {
  const clients: unknown = Reflect.get(globalThis, "clients");
  if (clients instanceof Object && "claim" in clients && typeof clients.claim === "function") {
    await clients.claim();
  }
}

async function answer(request: Request): Promise<Response> {
  const isPage = request.mode === "navigate";
  const store = await caches.open(STORE);
  const stored = await (isPage ? store.match("./") : store.match(request));
  if (stored) return stored;
  const response = await fetch(request);
  if (response.status === 200 && !isPage) await store.put(request, response.clone()).catch(() => undefined);
  return response;
}

function isWaitable(event: Event): event is WaitableEvent {
  return "waitUntil" in event;
}

function isFetching(event: Event): event is FetchingEvent {
  return isWaitable(event) && "respondWith" in event;
}
