/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Whether the page has a service worker; undefined during development. */
  readonly OFFLINE?: boolean;
  /** Whether the weights of the included model are compressed, and downloaded before the page's code has come; undefined during development. */
  readonly EARLY?: boolean;
}
