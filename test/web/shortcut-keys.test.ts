import { describe, expect, it } from "vitest";
import { pitchOfCode } from "../../web/input/computer-keys.ts";
import { type Focus, shortcutOf } from "../../web/shortcut-keys.ts";

const NONE = { code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false };
const press = (key: string, more: Partial<typeof NONE> = {}, focus: Focus = "other"): string | undefined =>
  shortcutOf({ ...NONE, key, ...more }, focus);

describe("shortcutOf", () => {
  it("plays and pauses with Space, and closes with Escape", () => {
    expect(press(" ")).toBe("play");
    expect(press(" ", {}, "list")).toBe("play");
    expect(press(" ", {}, "text"), "a text field takes it").toBeUndefined();
    expect(press("Escape", {}, "text")).toBe("close");
  });

  it("has letters by their place, which play no note", () => {
    for (const [code, name] of [
      ["KeyR", "loop"],
      ["KeyX", "select"],
      ["KeyN", "nextTake"],
    ] as const) {
      expect(press("?!", { code })).toBe(name);
      expect(pitchOfCode(code)).toBeUndefined();
      expect(press("r", { code }, "text")).toBeUndefined();
      expect(press("r", { code }, "list"), "a letter chooses from the list").toBeUndefined();
      expect(press("r", { code, ctrlKey: true }), "the browser's").toBeUndefined();
    }
    expect(press("N", { code: "KeyN", shiftKey: true })).toBe("formerTake");
  });

  it("undoes and redoes by the letter, and leaves both to text fields", () => {
    expect(press("z", { ctrlKey: true, code: "KeyY" })).toBe("undo");
    expect(press("z", { metaKey: true })).toBe("undo");
    expect(press("Z", { ctrlKey: true, shiftKey: true })).toBe("redo");
    expect(press("y", { ctrlKey: true })).toBe("redo");
    expect(press("z", { ctrlKey: true }, "text")).toBeUndefined();
    expect(press("z", { ctrlKey: true, altKey: true })).toBeUndefined();
  });

  it("helps with a question mark, wherever it is on the keyboard", () => {
    expect(press("?", { shiftKey: true, code: "Minus" })).toBe("help");
    expect(press("?", { shiftKey: true }, "text")).toBeUndefined();
  });
});
