/** Several processes that download the same file. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockPartial, removeAbandoned } from "../../../../src/platform/node/hub/partial-file.ts";
import { runCli } from "../../../cli/run-cli.ts";
import { spawnCli } from "../../../cli/spawn-cli.ts";
import { TINY_TEXT_CONFIG, writeTinyTextCheckpoint } from "../../../tiny-text-checkpoint.ts";
import { COMMIT, HubServer } from "./hub-server.ts";

const ID = "someone/tiny-gpt2";
const COMMAND = ["text", "the", "--model", ID, "--tokens", "3", "--seed", "1"];
/** Timeout in milliseconds; no test depends on time. */
const PATIENCE = 180_000;
/** Bytes of the weights sent before the pause. */
const PART = 6000;
const scratch = mkdtempSync(join(tmpdir(), "ostinato-partial-"));
const source = writeTinyTextCheckpoint(join(scratch, "source"), { ...TINY_TEXT_CONFIG, n_embd: 64 });
const files = new Map(
  readdirSync(source).map((name) => [name, new Uint8Array(readFileSync(join(source, name)))]),
);
const weights = files.get("model.safetensors") ?? new Uint8Array();

describe("two processes that download the same model", { timeout: PATIENCE }, () => {
  let home = "";
  let server: HubServer;
  let endpoint = "";

  beforeEach(async () => {
    home = mkdtempSync(join(scratch, "home-"));
    server = new HubServer({ id: ID, files });
    endpoint = await server.start();
  });

  afterEach(() => server.stop());

  const storage = (): string => join(home, "hub", "models--someone--tiny-gpt2");
  const partials = (): string[] =>
    existsSync(join(storage(), "blobs"))
      ? readdirSync(join(storage(), "blobs")).filter((name) => name.endsWith(".incomplete"))
      : [];
  const starts = (): number[] =>
    server.downloads.filter(({ file }) => file === "model.safetensors").map(({ from }) => from);

  const environment = () => ({ HF_HOME: home, HF_ENDPOINT: endpoint, HF_TOKEN: "", HF_HUB_OFFLINE: "" });

  /** Runs text mode as a process; its result, whether it has said that it waits for another, and a way to end it by force. */
  function start() {
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    let isWaiting = false;
    const result = spawnCli(COMMAND, {
      env: environment(),
      onStart: (killer) => (kill = killer),
      onStderr: (text) => {
        isWaiting ||= text.includes("waiting for it");
      },
    });
    return { result, isWaiting: () => isWaiting, kill: () => kill("SIGKILL") };
  }

  async function until(isSo: () => boolean, message: string): Promise<void> {
    await expect.poll(isSo, { timeout: PATIENCE, interval: 20, message }).toBe(true);
  }

  /** Waits until the disk contains this many bytes of the weights. */
  function arrived(bytes: number): Promise<void> {
    const sizes = (): number[] => partials().map((name) => statSync(join(storage(), "blobs", name)).size);
    return until(() => sizes().includes(bytes), `${bytes} bytes`);
  }

  function expectWhole(): void {
    expect(readFileSync(join(storage(), "snapshots", COMMIT, "model.safetensors")).equals(weights)).toBe(
      true,
    );
    expect(readFileSync(join(storage(), "refs", "main"), "utf8")).toBe(COMMIT);
    expect(partials()).toEqual([]);
  }

  it("started at once both succeed", async () => {
    server.pauseAfter = PART;
    const other = start();
    let isWaiting = false;
    const here = runCli(COMMAND, {
      env: environment(),
      onStderr: (text) => (isWaiting ||= text.includes("waiting for it")),
    });
    const underWay = (): number => starts().length + Number(isWaiting) + Number(other.isWaiting());
    await until(() => underWay() >= 2, "both have begun, or wait");
    server.goOn();
    const results = [await other.result, await here];
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(1);
    expectWhole();
  });

  it("the second waits for the first, and downloads nothing", async () => {
    server.pauseAfter = PART;
    const first = start();
    await arrived(PART);
    const second = await runCli(COMMAND, {
      env: environment(),
      onStderr: (text) => {
        if (text.includes("waiting for it")) server.goOn();
      },
    });
    expect(second).toMatchObject({ code: 0, stdout: (await first.result).stdout });
    expect(second.stderr).toMatch(
      /process \d+ is downloading someone\/tiny-gpt2\/model\.safetensors: waiting for it/,
    );
    expect(starts()).toEqual([0]);
    expectWhole();
  });

  it("each resumes where the killed process before it stopped", async () => {
    server.pauseAfter = PART;
    const first = start();
    await arrived(PART);
    const second = start();
    await until(second.isWaiting, "the second waits");
    first.kill();
    expect((await first.result).code).toBe(null);
    await arrived(2 * PART);
    second.kill();
    await second.result;
    server.goOn();
    expect((await runCli(COMMAND, { env: environment() })).code).toBe(0);
    expect(starts()).toEqual([0, PART, 2 * PART]);
    expectWhole();
  });
});

describe("lockPartial", () => {
  let target = "";
  const isDone = async (): Promise<boolean> => existsSync(target);
  const left = (name: string, bytes: number, minutesAgo = 0): string => {
    const path = `${target}.${name}`;
    writeFileSync(path, new Uint8Array(bytes));
    const time = Date.now() / 1000 - 60 * minutesAgo;
    utimesSync(path, time, time);
    return path;
  };

  beforeEach(() => {
    target = join(mkdtempSync(join(scratch, "lock-")), "blob");
  });

  it("takes over the largest abandoned file of any process", async () => {
    left("incomplete", 10, 11);
    left("elsewhere.7.1.incomplete", 30, 11);
    left("elsewhere.8.1.incomplete", 20, 11);
    const partial = await lockPartial(target, isDone);
    expect(statSync(partial?.path ?? "").size).toBe(30);
    await partial?.release();
    expect(statSync((await lockPartial(target, isDone))?.path ?? "").size).toBe(30);
  });

  it("does not take over a file that another machine or program may still write", async () => {
    const [theirs, python] = [left("elsewhere.7.1.incomplete", 30, 1), left("incomplete", 10, 1)];
    const partial = await lockPartial(target, isDone, { patience: 300 });
    expect(statSync(partial?.path ?? "").size).toBe(0);
    await removeAbandoned(target);
    expect(existsSync(theirs) && existsSync(python)).toBe(true);
    await partial?.release();
    expect(existsSync(partial?.path ?? "")).toBe(false);
  });

  it("returns different files within a process; the second call waits for the release of the first", async () => {
    const first = await lockPartial(target, isDone);
    writeFileSync(first?.path ?? "", new Uint8Array(40));
    const seen: number[] = [];
    const waiting = lockPartial(target, isDone, { onWait: (id) => seen.push(id) });
    await expect.poll(() => seen).toEqual([process.pid]);
    await first?.release();
    const second = await waiting;
    expect(second?.path).not.toBe(first?.path);
    expect(statSync(second?.path ?? "").size).toBe(40);
  });

  it("reports the progress of the other process, and ends with it", async () => {
    const first = await lockPartial(target, isDone);
    const seen: number[] = [];
    const waiting = lockPartial(target, isDone, { onProgress: (bytes) => seen.push(bytes) });
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    writeFileSync(first?.path ?? "", new Uint8Array(40));
    await expect.poll(() => seen.at(-1)).toBe(40);
    writeFileSync(target, new Uint8Array(50));
    expect(await waiting).toBeUndefined();
  });

  it("stops waiting for a process without progress, and when the signal aborts", async () => {
    const first = await lockPartial(target, isDone);
    writeFileSync(first?.path ?? "", new Uint8Array(40));
    const second = await lockPartial(target, isDone, { patience: 300 });
    expect(statSync(second?.path ?? "").size).toBe(0);
    expect(statSync(first?.path ?? "").size).toBe(40);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(lockPartial(target, isDone, { signal })).rejects.toBe(reason);
    await first?.release();
    await removeAbandoned(target);
    expect(existsSync(first?.path ?? "")).toBe(false);
  });
});
