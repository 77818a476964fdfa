/** Puts web/early.ts into the built page as a script of its own, which runs before the page's code has come. */
import type { Plugin } from "vite";

/** The name of its entry in the build. */
export const EARLY = "early";

export function earlyScript(): Plugin {
  return {
    name: "ostinato-early",
    apply: "build",
    config: () => ({ define: { "import.meta.env.EARLY": "true" } }),
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle = {} }) => {
        const file = Object.values(bundle).find((part) => part.type === "chunk" && part.name === EARLY);
        if (!file) throw new TypeError(`the build has no chunk "${EARLY}"`);
        return [
          {
            tag: "script",
            attrs: { type: "module", async: true, src: `./${file.fileName}` },
            injectTo: "head",
          },
        ];
      },
    },
  };
}
