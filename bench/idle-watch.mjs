/** Measures the CPU time of other processes during a benchmark, which makes results unreliable. */
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

/** CPU time of all processors since the start of the machine, in milliseconds. */
function machineCpuMs() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
