/** Makes the page available offline. */
import { recordedNames } from "./sound/recorded-names.ts";
import { COMPRESSED_WEIGHTS, OWN_FOLDER } from "./weights/names.ts";

/** Only in the built page: during development a cache would hide changes. */
export function registerServiceWorker(): void {
  if (!import.meta.env.OFFLINE || !("serviceWorker" in navigator)) return;
  // If storage is denied, the page works with a network only.
  navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI)).catch(() => undefined);
}

/** Caches files that were fetched before the service worker was active. @param names relative to the page. */
export async function storeForLater(names: readonly string[]): Promise<void> {
  if (!import.meta.env.OFFLINE || !("serviceWorker" in navigator)) return;
  await serviceWorkerInControl();
  for (const name of names) {
    const address = new URL(name, document.baseURI);
    if (await caches.match(address, { ignoreVary: true })) continue;
    // From the browser's cache, also where the server sends nothing to validate it with.
    await (await fetch(address, { cache: "force-cache" })).arrayBuffer();
  }
}

/** The files of the included model in the built page. */
export const MODEL_FILES: readonly string[] = ["config.json", COMPRESSED_WEIGHTS].map(
  (name) => `${OWN_FOLDER}${name}`,
);

/** The recorded samples. */
export function sampleFiles(): string[] {
  return [...recordedNames().values()].map((name) => `samples/${name}`);
}

async function serviceWorkerInControl(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return;
  await new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}
