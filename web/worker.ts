/**
 * The worker of the page, for music or for text, depending on its name. One module serves both, because they share most
 * of their code.
 */
import { isRuntimeThread, serveMusicModel, servedLoader } from "../src/platform/browser/worker/index.ts";
import { serveText } from "./text/text-worker.ts";
import { EarlyWeights } from "./weights/early-weights.ts";
import { pageFiles } from "./weights/page-files.ts";

if (!isRuntimeThread()) {
  if (self.name === "text") serveText();
  else serveMusic();
}

function serveMusic(): void {
  const early = new EarlyWeights();
  // The message of early.ts, before those of the model.
  self.addEventListener("message", (event: MessageEvent<{ type: string; address: string }>) => {
    const { type, address } = event.data;
    if (type !== "download") return;
    event.stopImmediatePropagation();
    early.start(address);
  });
  serveMusicModel(
    self,
    servedLoader((files, source, options) =>
      typeof source === "string" ? pageFiles(files, source, early, options) : files,
    ),
  );
}
