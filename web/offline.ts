/** Makes the page available offline. */
import { recordedNames } from "./sound/recorded-names.ts";

/** Only in the built page: during development a cache would hide changes. */
export function registerServiceWorker(): void {
  if (!import.meta.env.OFFLINE || !("serviceWorker" in navigator)) return;
  // If storage is denied, the page works with a network only.
  navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI)).catch(() => undefined);
}

/** Caches the files that were fetched before the service worker was active. */
export async function storeForLater(): Promise<void> {
  if (!navigator.serviceWorker?.controller) return;
  const names = [...recordedNames().values()].map((name) => `samples/${name}`);
  for (const name of ["models/piano/config.json", "models/piano/model.safetensors", ...names]) {
    const address = new URL(name, document.baseURI);
    if (await caches.match(address, { ignoreVary: true })) continue;
    // From the browser's cache, also where the server sends nothing to validate it with.
    await (await fetch(address, { cache: "force-cache" })).arrayBuffer();
  }
}
