import { describe, expect, it } from "vitest";
import { CheckpointError } from "../../models/index.ts";
import { PlainError } from "../../web/plain-error.ts";
import { clock, megabytes, problemOf } from "../../web/words.ts";

describe("words", () => {
  it("format a time", () => {
    expect([-1, 0, 9.99, 65, 3600].map(clock)).toEqual(["0:00", "0:00", "0:09", "1:05", "60:00"]);
  });

  it("format the downloaded bytes", () => {
    expect(megabytes(3_420_000, 11_200_000)).toBe("3.4 of 11.2 MB");
    expect(megabytes(3_420_000, undefined)).toBe("3.4 MB");
  });

  it("format an error with its hint", () => {
    const error = new CheckpointError("tensor is missing", { code: "missing-tensor", hint: "take another" });
    expect(problemOf(error)).toEqual({ message: "Tensor is missing.", hint: "Take another." });
    expect(problemOf(new Error("http://a/b: HTTP 404."))).toEqual({
      message: "http://a/b: HTTP 404.",
      hint: "Reload the page and try again.",
    });
    const plain = new PlainError("this is no good", "take another", error);
    expect(problemOf(plain), "the technical words are details").toEqual({
      message: "This is no good.",
      hint: "Take another.",
      details: "Tensor is missing. Take another.",
    });
    expect(problemOf(new PlainError("a", "b", new TypeError("Failed to fetch"))).details).toBe(
      "Failed to fetch.",
    );
    expect(problemOf(42).message).toBe("42");
    expect(problemOf(new Error("no \u001b[31m\u009b file")).message).toBe("No ␛[31m\ufffd file.");
  });
});
