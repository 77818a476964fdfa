/** Checks of the machine. */
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from "node:os";
import { bytesText } from "../bytes-text.ts";
import { packageFacts } from "../../platform/node/index.ts";
import type { Check } from "./check.ts";

/** Free memory in bytes below which loading the shipped models may fail. */
const LITTLE_MEMORY = 300e6;

export function machineChecks(): Check[] {
  const area = "machine";
  const cores = availableParallelism();
  const [cpu] = cpus();
  const free = freemem();
  const memory = `${bytesText(free)} free of ${bytesText(totalmem())}`;
  return [
    nodeCheck(process.versions.node, packageFacts().node),
    { area, name: "platform", state: "good", found: `${platform()} ${release()}, ${arch()}` },
    {
      area,
      name: "cores",
      state: "good",
      found: `${cores} (${cpu?.model.trim() || "unknown"}); the engine uses about as many threads, or --threads`,
    },
    free < LITTLE_MEMORY
      ? {
          area,
          name: "memory",
          state: "note",
          found: memory,
          hint: "close other programs if a model does not load",
        }
      : { area, name: "memory", state: "good", found: memory },
  ];
}

/** @param needed a version such as "20.19". */
export function nodeCheck(found: string, needed: string): Check {
  const isOld = compareVersions(found, needed) < 0;
  return {
    area: "machine",
    name: "Node",
    state: isOld ? "fault" : "good",
    found: `${found} (${needed} or later is needed)`,
    hint: isOld ? `install Node ${needed} or later` : undefined,
  };
}

/** Compares versions such as "20.19" and "22.1.0"; negative when `a` is the older one. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const differences = [0, 1, 2].map((part) => (left?.[part] ?? 0) - (right?.[part] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
