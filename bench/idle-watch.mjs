/** Finds out how much of the machine's time went to others than the implementations: whether the figures can be trusted. */
import { cpus } from "node:os";

export class IdleWatch {
  #runners;
  #start = performance.now();
  #machine = machineCpuMs();
  #own;

  constructor(runners) {
    this.#runners = runners;
    this.#own = this.#ownCpuMs();
  }

  verdict() {
    const elapsed = (performance.now() - this.#start) * cpus().length;
    const others = machineCpuMs() - this.#machine - (this.#ownCpuMs() - this.#own);
    const percent = Math.max(0, (100 * others) / elapsed);
    return percent > 5
      ? `NOT IDLE: others took ${percent.toFixed(0)} % of the machine.`
      : `The machine was idle: others took ${percent.toFixed(1)} % of it.`;
  }

  #ownCpuMs() {
    const { user, system } = process.cpuUsage();
    return this.#runners.reduce((sum, { cpuMs }) => sum + cpuMs, (user + system) / 1000);
  }
}

/** Milliseconds that all processors together have been busy since the machine started. */
function machineCpuMs() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
