import { describe, expect, it } from "vitest";
import { escapeControls, LAYOUT, pictureControls } from "../../src/tools/control-characters.ts";

describe("escapeControls", () => {
  it.each([
    {
      what: "ESC, which begins a control sequence",
      text: "\u001b[31mRED",
      escaped: String.raw`\u001b[31mRED`,
    },
    {
      what: "U+009B, which does so in one character",
      text: "\u009b31mRED",
      escaped: String.raw`\u009b31mRED`,
    },
    {
      what: "the bounds of C0 and C1, and DEL",
      text: "\0\u001f \u007f\u0080\u009f\u00a0",
      escaped: "\\u0000\\u001f \\u007f\\u0080\\u009f\u00a0",
    },
    { what: "line feed, return and tab", text: "a\r\n\tb", escaped: String.raw`a\r\n\tb` },
    {
      what: "overrides of the writing direction",
      text: "\u202a\u202e\u2066\u2069",
      escaped: String.raw`\u202a\u202e\u2066\u2069`,
    },
    { what: "line separators", text: "\u2028\u2029", escaped: String.raw`\u2028\u2029` },
  ])("escapes $what", ({ text, escaped }) => {
    expect(escapeControls(text)).toBe(escaped);
  });

  it("keeps other text", () => {
    const text = "Bärbel – 日本語 🎹 עברית \u200f\\";
    expect(escapeControls(text)).toBe(text);
  });

  it("keeps the given characters", () => {
    expect(escapeControls("a\n\tb\r\u009b", LAYOUT)).toBe("a\n\tb\\r\\u009b");
  });

  it("keeps JSON valid and its value the same", () => {
    const value = { name: "\u009b31m\u007f\u202e\u001b\n\\" };
    const json = escapeControls(JSON.stringify(value));
    expect(json).toBe(String.raw`{"name":"\u009b31m\u007f\u202e\u001b\n\\"}`);
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe("pictureControls", () => {
  it("replaces a control character by its picture or U+FFFD", () => {
    expect(pictureControls("\u001b[31m\r\u007f\u009b\u202e\u2028")).toBe("␛[31m␍␡\ufffd\ufffd\ufffd");
  });

  it("keeps line feed, tab and other text", () => {
    expect(pictureControls("a\n\tb – 日本語")).toBe("a\n\tb – 日本語");
  });
});
