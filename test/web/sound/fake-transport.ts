import type { Transport } from "../../../web/sound/transport-clock.ts";

/** A transport at 20 ticks a second, whose jumps and starts take effect at their time. */
export class FakeTransport implements Transport {
  PPQ = 0;
  readonly bpm = { value: 0 };
  loop = false;
  readonly loopPoints: [string, string][] = [];
  readonly calls: string[] = [];
  readings = 0;
  #jump = { ticks: 0, time: 0 };
  #startTime = Infinity;
  #pauseTime = Infinity;

  setLoopPoints(from: string, to: string): void {
    this.loopPoints.push([from, to]);
  }

  setTicksAtTime(ticks: number, time: number): void {
    this.#jump = { ticks, time };
  }

  getTicksAtTime(time: number): number {
    this.readings += 1;
    const from = Math.max(this.#startTime, this.#jump.time);
    const until = Math.min(time, this.#pauseTime);
    return this.#jump.ticks + this.PPQ * (this.bpm.value / 60) * Math.max(0, until - from);
  }

  start(time: number): void {
    this.calls.push(`start ${time.toFixed(2)}`);
    this.#startTime = time;
    this.#pauseTime = Infinity;
  }

  pause(time: number): void {
    this.calls.push(`pause ${time.toFixed(2)}`);
    this.#pauseTime = time;
  }
}
