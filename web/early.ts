/**
 * The first script of the built page. It starts the worker of the music, which downloads the weights of the included model while the
 * code of the page is still on its way.
 */
import { savesData } from "./saves-data.ts";
import { COMPRESSED_WEIGHTS, OWN_FOLDER } from "./weights/names.ts";

let early = isWanted() ? startWorker() : undefined;
early?.postMessage({
  type: "download",
  address: new URL(`${OWN_FOLDER}${COMPRESSED_WEIGHTS}`, document.baseURI).href,
});

/** A worker for one model. */
export function musicWorker(): Worker {
  const worker = early ?? startWorker();
  early = undefined;
  return worker;
}

/** Not where the visitor saves data. A link may name another model, or the text. */
function isWanted(): boolean {
  const isLink = location.hash !== "" || new URLSearchParams(location.search).has("model");
  return import.meta.env.EARLY === true && !isLink && !savesData();
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "music" });
}
