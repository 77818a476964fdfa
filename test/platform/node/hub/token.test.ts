import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { hubToken } from "../../../../src/platform/node/hub/token.ts";
import { HubHome } from "./hub-home.ts";

describe("hubToken", () => {
  const home = mkdtempSync(join(tmpdir(), "ostinato-token-"));
  const write = (path: string, token: string): string => {
    mkdirSync(join(home, path, ".."), { recursive: true });
    writeFileSync(join(home, path), `${token}\n`);
    return join(home, path);
  };
  const standard = write(".cache/huggingface/token", "hf_standard");
  const other = write("other/token", "hf_home");
  const xdg = write("xdg/huggingface/token", "hf_xdg");
  const path = write("secret", "hf_path");

  it.each([
    ["of the environment first", { HF_TOKEN: " hf_env\r\n", HF_TOKEN_PATH: path }, "hf_env", "HF_TOKEN"],
    ["of the older variable", { HUGGING_FACE_HUB_TOKEN: "hf_old" }, "hf_old", "HUGGING_FACE_HUB_TOKEN"],
    [
      "in HF_TOKEN_PATH",
      { HF_TOKEN: "", HF_TOKEN_PATH: path, HF_HOME: join(home, "other") },
      "hf_path",
      path,
    ],
    ["in HF_TOKEN_PATH of the home folder", { HF_TOKEN_PATH: "~/secret" }, "hf_path", path],
    ["in HF_HOME", { HF_HOME: join(home, "other") }, "hf_home", other],
    ["in the user's cache", { XDG_CACHE_HOME: join(home, "xdg") }, "hf_xdg", xdg],
    ["that the login stored", {}, "hf_standard", standard],
  ])("is that %s", async (_, environment, value, origin) => {
    expect(await hubToken(environment, home)).toEqual({ value, origin });
  });

  it("is none without a file, with an empty one, and where the user forbids it", async () => {
    expect(await hubToken({ HF_HOME: join(home, "nowhere") }, home)).toBeUndefined();
    expect(await hubToken({ HF_TOKEN_PATH: write("empty", "") }, home)).toBeUndefined();
    const forbidden = { HF_TOKEN: "hf_env", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" };
    expect(await hubToken(forbidden, home)).toBeUndefined();
  });

  it("refuses what is not a token, without showing it", async () => {
    await expect(hubToken({ HF_TOKEN: "two words" }, home)).rejects.toMatchObject({
      code: "access-denied",
      message: "HF_TOKEN does not contain a token of the hub",
    });
  });
});

describe("the token", () => {
  const hub = new HubHome();

  it("that was stored is sent to the hub, and not to the host of large files", async () => {
    const server = await hub.serve({ token: "hf_stored" });
    await expect(hub.download()).rejects.toMatchObject({
      code: "unknown-model",
      message: 'the hub has no model "someone/tiny-gpt2"',
      hint: expect.stringContaining("log in with `hf auth login`, or set HF_TOKEN"),
    });
    writeFileSync(join(hub.home, "token"), "hf_stored\n");
    await hub.download();
    expect(server.leaked).toEqual([]);
  });

  it("of the environment comes first; if it is wrong, the error names it and does not show it", async () => {
    await hub.serve({ token: "hf_stored" });
    writeFileSync(join(hub.home, "token"), "hf_stored\n");
    vi.stubEnv("HF_TOKEN", "hf_expired");
    await expect(hub.download()).rejects.toMatchObject({
      code: "access-denied",
      message:
        "the hub does not accept the token in HF_TOKEN: HTTP 401 Unauthorized: Invalid credentials in Authorization header",
      hint: "log in again with `hf auth login`, or remove the token: public models need none",
    });
  });

  it("is not sent where a redirect leads to another host", async () => {
    const server = await hub.serve();
    vi.stubEnv("HF_TOKEN", "hf_secret");
    const other = await hub.otherServer();
    server.instead = (path) =>
      path.includes("/resolve/")
        ? { status: 302, headers: { Location: `${other.address}${path}` } }
        : undefined;
    await expect(hub.download()).rejects.toMatchObject({ code: "access-denied" });
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});
