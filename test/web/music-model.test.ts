import { afterEach, describe, expect, it, vi } from "vitest";
import { CheckpointError } from "../../models/index.ts";
import { checkModel } from "../../web/music-model.ts";

afterEach(() => vi.unstubAllGlobals());

/** Answers every request; returns the requested URLs. */
function answer(response: () => Response): string[] {
  const urls: string[] = [];
  vi.stubGlobal("fetch", async (url: URL) => {
    urls.push(url.href);
    return response();
  });
  return urls;
}

const served = { name: "piano", isPublic: true, open: async () => "http://localhost/models/piano/" };

describe("checkModel", () => {
  it("asks the server for config.json", async () => {
    const urls = answer(() => new Response("{}"));
    await checkModel(served);
    expect(urls).toEqual(["http://localhost/models/piano/config.json"]);
  });

  it.each([
    ["the file is missing", () => new Response(null, { status: 404 }), "config.json: HTTP 404"],
    [
      "the server returns its page",
      () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
      "config.json is a web page",
    ],
    [
      "the server cannot be reached",
      () => {
        throw new TypeError("Failed to fetch");
      },
      "config.json cannot be fetched",
    ],
  ])("throws a CheckpointError when %s", async (_, response, message) => {
    answer(response);
    const check = checkModel(served);
    await expect(check).rejects.toBeInstanceOf(CheckpointError);
    await expect(check).rejects.toThrow(`http://localhost/models/piano/${message}`);
  });

  it("throws another error while the server is overloaded", async () => {
    answer(() => new Response(null, { status: 503, statusText: "Service Unavailable" }));
    const check = checkModel(served);
    await expect(check).rejects.toThrow("HTTP 503 Service Unavailable");
    await expect(check).rejects.not.toBeInstanceOf(CheckpointError);
  });

  it("asks no server for a local folder", async () => {
    const urls = answer(() => new Response(null, { status: 404 }));
    await checkModel({ name: "folder", isPublic: false, open: async () => new Map() });
    expect(urls).toEqual([]);
  });
});
