/**
 * The page's worker, for music or for text, as its name says: one module for both, since nearly all of what they run is the
 * same, and a visitor fetches it once.
 */
import { isRuntimeThread, loadServed, serveMusicModel } from "../src/platform/browser/worker/index.ts";
import { serveText } from "./text/text-worker.ts";

if (!isRuntimeThread()) {
  if (self.name === "text") serveText();
  else serveMusicModel(self, loadServed);
}
