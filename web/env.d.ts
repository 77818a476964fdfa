/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Whether a service worker goes with the page; undefined while developing. */
  readonly OFFLINE?: boolean;
}
