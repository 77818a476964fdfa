/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Whether the page has a service worker; undefined during development. */
  readonly OFFLINE?: boolean;
}
