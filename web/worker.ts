/**
 * The worker of the page, for music or for text, depending on its name. One module serves both, because they share most
 * of their code.
 */
import { isRuntimeThread, loadServed, serveMusicModel } from "../src/platform/browser/worker/index.ts";
import { serveText } from "./text/text-worker.ts";

if (!isRuntimeThread()) {
  if (self.name === "text") serveText();
  else serveMusicModel(self, loadServed);
}
