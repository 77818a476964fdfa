/**
 * Makes the page available offline. The files of the page are cached at once; the model, the recorded samples and ONNX
 * Runtime when they are first fetched. Each version of the page has its own cache.
 */

/** Inserted by web/build/offline.ts: URLs relative to the page, and a digest of each file. */
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

/** Also caches what the page fetches during its first visit. */
async function claimPages(): Promise<void> {
  const clients: unknown = Reflect.get(globalThis, "clients");
  if (clients instanceof Object && "claim" in clients && typeof clients.claim === "function") {
    await clients.claim();
  }
}

async function answer(request: Request): Promise<Response> {
  const isPage = request.mode === "navigate";
  const store = await caches.open(STORE);
  // A host may send `Vary: Origin`; what is stored was requested without that header.
  const stored = await store.match(isPage ? "./" : request, { ignoreVary: true });
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
