import { describe, expect, it } from "vitest";
import { folderFiles, folderName, modelAddress, SourceError } from "../../web/model-source.ts";

const BASE = "https://music.example/page/index.html";

describe("modelAddress", () => {
  it.each([
    ["piano", "https://music.example/page/models/piano/"],
    ["owner/some-model.v2", "https://huggingface.co/owner/some-model.v2/resolve/main/"],
    ["owner/model@v1.0", "https://huggingface.co/owner/model/resolve/v1.0/"],
    ["owner/model@refs/pr/1", "https://huggingface.co/owner/model/resolve/refs%2Fpr%2F1/"],
    ["https://huggingface.co/a/b", "https://huggingface.co/a/b/resolve/main/"],
    ["https://huggingface.co/a/b/tree/v1", "https://huggingface.co/a/b/resolve/v1/"],
    ["./models/other", "https://music.example/page/models/other/"],
    ["/elsewhere/", "https://music.example/elsewhere/"],
    ["https://music.example/a/b", "https://music.example/a/b/"],
    ["https://huggingface.co/a/b/resolve/v1/", "https://huggingface.co/a/b/resolve/v1/"],
  ])("%s is at %s", (name, address) => {
    expect(modelAddress(name, ["piano"], BASE)).toBe(address);
  });

  it.each(["", "no model", "a/b/c", "javascript:alert(1)", "//", "https://"])("refuses %j", (name) => {
    expect(() => modelAddress(name, ["piano"], BASE)).toThrow(SourceError);
  });

  it("reports a URL that the page may not read, with a remedy", () => {
    try {
      modelAddress("https://other.example/model/", ["piano"], BASE);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        message: "this page cannot load models from https://other.example",
        hint: expect.stringContaining("open it as a folder"),
      });
    }
  });
});

describe("folderFiles", () => {
  const file = (name: string): File => new File([name], name);

  it("selects only the files of a model", async () => {
    const files = [file("config.json"), file("model.safetensors"), file("README.md"), file("merges.txt")];
    const found = await folderFiles(files);
    expect([...found.keys()]).toEqual(["config.json", "model.safetensors", "merges.txt"]);
    expect(new TextDecoder().decode(found.get("config.json"))).toBe("config.json");
  });

  it("selects pytorch_model.bin if there is no safetensors file", async () => {
    const pytorch = ["config.json", "pytorch_model.bin", "training_args.bin"].map(file);
    expect([...(await folderFiles(pytorch)).keys()]).toEqual(["config.json", "pytorch_model.bin"]);
    const both = [...pytorch, file("model.safetensors")];
    expect([...(await folderFiles(both)).keys()]).toEqual(["config.json", "model.safetensors"]);
  });

  it("names the missing file of a folder", async () => {
    await expect(folderFiles([file("model.safetensors")])).rejects.toThrow("no config.json");
  });

  it("returns the name of the folder, or a default", () => {
    expect(folderName([])).toBe("folder");
    const inside = Object.defineProperty(file("config.json"), "webkitRelativePath", {
      value: "my-piano/config.json",
    });
    expect(folderName([inside])).toBe("my-piano");
  });
});
