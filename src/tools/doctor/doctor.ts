/** Checks the requirements of the commands. */
import type { NodeBackend } from "../../platform/node/index.ts";
import { cacheChecks } from "./caches.ts";
import type { Check } from "./check.ts";
import { engineReport } from "./engine.ts";
import { environmentChecks } from "./environment.ts";
import { machineChecks } from "./machine.ts";
import { modelChecks } from "./models.ts";

export interface DoctorReport {
  /** Whether there is no fault. */
  readonly ok: boolean;
  readonly backend: NodeBackend | undefined;
  /** Reason for the choice of the backend. */
  readonly why: string;
  readonly checks: readonly Check[];
}

/** @param onProgress called with the name of each check. */
export async function examine(onProgress: (what: string) => void = () => undefined): Promise<DoctorReport> {
  onProgress("engine");
  const { backend, why, checks: engine } = await engineReport();
  const checks = [
    ...machineChecks(),
    ...engine,
    ...(await modelChecks(onProgress)),
    ...(await cacheChecks()),
    ...environmentChecks(),
  ];
  return { ok: checks.every(({ state }) => state !== "fault"), backend, why, checks };
}
