import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { runCli } from "../../../cli/run-cli.ts";
import { HubHome, ID } from "./hub-home.ts";
import { type Answer, pointerTo } from "./hub-server.ts";

const GATED =
  "Access to model someone/tiny-gpt2 is restricted and you are not in the authorized list. Visit https://huggingface.co/someone/tiny-gpt2 to ask for access.";
const LOGIN: Answer = {
  status: 200,
  headers: { "Content-Type": "text/html; charset=utf-8" },
  body: "<!DOCTYPE html><html><body>Welcome to the airport</body></html>",
};

const hub = new HubHome();
const isFile = (path: string): boolean => path.includes("/resolve/");

describe("an error of the hub", () => {
  it.each<[string, Answer, string]>([
    [
      "in its headers",
      { status: 403, headers: { "X-Error-Code": "GatedRepo", "X-Error-Message": GATED } },
      GATED,
    ],
    [
      "in JSON",
      {
        status: 403,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ error: GATED }),
      },
      GATED,
    ],
    ["in plain text", { status: 403, headers: { "Content-Type": "text/plain" }, body: `${GATED}\n` }, GATED],
    [
      "in a long text",
      { status: 403, headers: { "Content-Type": "text/plain" }, body: "word ".repeat(1000) },
      "word word",
    ],
  ])("of a gated model has the hub's own words: %s", async (_, answer, words) => {
    const server = await hub.serve();
    server.instead = () => answer;
    const failure = hub.download();
    await expect(failure).rejects.toMatchObject({
      name: "CheckpointError",
      code: "access-denied",
      message: expect.stringContaining(`the hub denies access to "${ID}": HTTP 403 Forbidden: ${words}`),
    });
    await expect(failure).rejects.toThrow(/^.{1,500}$/);
    // The hub describes gated models, and refuses their files.
    server.instead = (path) => (isFile(path) ? answer : undefined);
    await expect(hub.download()).rejects.toMatchObject({
      code: "access-denied",
      message: expect.stringContaining(words),
    });
  });

  it("of a gated model says how to get access, without a token and with one", async () => {
    const server = await hub.serve();
    server.instead = () => ({
      status: 401,
      headers: { "X-Error-Code": "GatedRepo", "X-Error-Message": GATED },
    });
    await expect(hub.download()).rejects.toMatchObject({
      hint: "log in with `hf auth login`, or set HF_TOKEN to a token of an account with access",
    });
    vi.stubEnv("HF_TOKEN", "hf_some");
    await expect(hub.download()).rejects.toMatchObject({
      hint: expect.stringMatching(
        /^ask for access at http:.*\/someone\/tiny-gpt2 with the account of the token in HF_TOKEN$/,
      ),
    });
  });

  it.each<[string, Answer, RegExp]>([
    ["500", { status: 500 }, /^the hub at http:\S+ answers HTTP 500 Internal Server Error$/],
    [
      "503 with words",
      { status: 503, body: "maintenance" },
      /answers HTTP 503 Service Unavailable: maintenance$/,
    ],
    [
      "429",
      { status: 429, headers: { "X-Error-Message": "rate limit" } },
      /HTTP 429 Too Many Requests: rate limit$/,
    ],
    [
      "a login page",
      LOGIN,
      /^the hub at http:\S+ cannot be reached: a web page came in place of its answer$/,
    ],
    ["a login page without a type", { ...LOGIN, headers: {} }, /a web page came/],
    ["a login page by its status", { ...LOGIN, status: 511 }, /a web page came .* \(HTTP 511/],
    ["a blocked page", { ...LOGIN, status: 403 }, /a web page came .* \(HTTP 403 Forbidden\)$/],
    ["a page that is not there", { ...LOGIN, status: 404 }, /a web page came .* \(HTTP 404 Not Found\)$/],
    ["no JSON", { status: 200, body: "ok" }, /its answer is not JSON$/],
    ["JSON of another kind", { status: 200, body: "null" }, /cannot be downloaded from the hub at http:\S+:/],
  ])("%s: names what came and where, and the cached model is used", async (_, answer, message) => {
    const server = await hub.serve();
    server.instead = () => answer;
    await expect(hub.download()).rejects.toMatchObject({
      name: "CheckpointError",
      code: "download-failed",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/try again later|HF_ENDPOINT/),
    });
    server.instead = () => undefined;
    const folder = await hub.download();
    server.instead = () => answer;
    const warnings: string[] = [];
    expect(await hub.download({ onWarning: (warning) => warnings.push(warning) })).toBe(folder);
    expect(warnings).toEqual([expect.stringMatching(/using the cached someone\/tiny-gpt2$/)]);
  });

  it("names the host of a login page that the network leads to", async () => {
    const server = await hub.serve();
    const login = `${process.env["HF_ENDPOINT"]?.replace("127.0.0.1", "localhost")}/login`;
    server.instead = (path) => (path === "/login" ? LOGIN : { status: 302, headers: { Location: login } });
    await expect(hub.download()).rejects.toThrow(/a web page of localhost:\d+ came in place of its answer/);
  });

  it("of one file ends the download at once: a page in its place, an entry that is not there", async () => {
    const server = await hub.serve();
    const asked: string[] = [];
    const answerFiles = (answer: Answer): void => {
      asked.length = 0;
      server.instead = (path) => {
        if (!path.endsWith("/model.safetensors")) return undefined;
        asked.push(path);
        return answer;
      };
    };
    answerFiles(LOGIN);
    await expect(hub.download()).rejects.toMatchObject({
      code: "download-failed",
      message: expect.stringContaining("a web page"),
    });
    expect(asked).toHaveLength(1);
    answerFiles({ ...LOGIN, headers: {} });
    await expect(hub.download()).rejects.toMatchObject({
      code: "download-failed",
      message: expect.stringContaining("is a web page"),
    });
    expect(asked).toHaveLength(1);
    answerFiles({ status: 404, headers: { "X-Error-Code": "EntryNotFound" } });
    await expect(hub.download()).rejects.toMatchObject({
      message: `the hub's "${ID}" has no model.safetensors`,
    });
    expect(hub.blobs().filter((name) => name.endsWith(".incomplete"))).toEqual([]);
  });

  it("of a Git LFS pointer in place of a file is not retried, and leaves nothing", async () => {
    const server = await hub.serve();
    server.falsified.set("model.safetensors", pointerTo(hub.weights));
    await expect(hub.download()).rejects.toMatchObject({
      code: "lfs-pointer",
      message: expect.stringMatching(
        /\/resolve\/\w+\/model\.safetensors is a Git LFS pointer, not the file$/,
      ),
      hint: expect.stringContaining("git lfs pull"),
    });
    expect(server.downloads.filter(({ file }) => file === "model.safetensors")).toHaveLength(1);
    expect(hub.blobs().filter((name) => name.endsWith(".incomplete"))).toEqual([]);
    expect(
      readdirSync(join(hub.storage, "snapshots", readdirSync(join(hub.storage, "snapshots"))[0] ?? "")),
    ).not.toContain("model.safetensors");
  });

  it("of a wrong HF_ENDPOINT names it", async () => {
    vi.stubEnv("HF_ENDPOINT", "hub.example");
    await expect(hub.download()).rejects.toMatchObject({
      code: "download-failed",
      message: 'HF_ENDPOINT is "hub.example", which is not an address',
    });
  });

  it("is one line on the command line, with control characters escaped", async () => {
    const server = await hub.serve();
    const body = JSON.stringify({ error: "no\u001b[31m\naccess" });
    server.instead = () => ({ status: 403, headers: { "Content-Type": "application/json" }, body });
    const env = { HF_HOME: hub.home, HF_ENDPOINT: process.env["HF_ENDPOINT"] ?? "" };
    const { code, stderr } = await runCli(["inspect", ID], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the hub denies access to "someone\/tiny-gpt2": HTTP 403 Forbidden: no\\u001b\[31m access — .*\n$/,
    );
  });
});
