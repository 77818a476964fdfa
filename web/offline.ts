/** Keeps the page for visits without a network. */
import { recordedNames } from "./sound/recorded-names.ts";

/** In the built page only: while developing, a store would hide what has changed. */
export function registerServiceWorker(): void {
  if (!import.meta.env.OFFLINE || !("serviceWorker" in navigator)) return;
  // Where storage is forbidden the page works all the same, with a network.
  navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI)).catch(() => undefined);
}

/** Stores what was fetched before the service worker was there to see it. */
export async function storeForLater(): Promise<void> {
  if (!navigator.serviceWorker?.controller) return;
  const names = [...recordedNames().values()].map((name) => `samples/${name}`);
  for (const name of ["models/piano/config.json", "models/piano/model.safetensors", ...names]) {
    const address = new URL(name, document.baseURI);
    if (!(await caches.match(address))) await (await fetch(address)).arrayBuffer();
  }
}
