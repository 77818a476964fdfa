import { describe, expect, it } from "vitest";
import { ArrivalError, MidiError } from "../../../../encoding/index.ts";
import { CheckpointError } from "../../../../models/index.ts";
import { TaskError } from "../../../../src/music/task-error.ts";
import { serializeError, deserializeError } from "../../../../src/platform/browser/worker/errors.ts";

function across(thrown: unknown): Error {
  return deserializeError(structuredClone(serializeError(thrown)));
}

describe("serialized errors", () => {
  it("keep class, message, stack, fields and cause", () => {
    const cause = new MidiError("bad byte", { code: "bad-data", offset: 12, hint: "mend it" });
    const error = new CheckpointError("cannot be read", { code: "bad-value", hint: "try another", cause });
    const copy = across(error);
    expect(copy).toBeInstanceOf(CheckpointError);
    expect(copy).toMatchObject({ name: "CheckpointError", code: "bad-value", hint: "try another" });
    expect(copy.message).toBe(error.message);
    expect(copy.stack).toBe(error.stack);
    expect(copy.cause).toBeInstanceOf(MidiError);
    expect(copy.cause).toMatchObject({ offset: 12, track: undefined, canRecover: false });
  });

  it("keep their class for errors of tasks", () => {
    expect(across(new TaskError("not trained", { code: "not-trained", hint: "use another" }))).toBeInstanceOf(
      TaskError,
    );
  });

  it("keep their class for errors of arrival times", () => {
    const error = new ArrivalError("too many", { code: "too-many-instruments", hint: "omit some" });
    expect(across(error)).toBeInstanceOf(ArrivalError);
  });

  it("keep the name of an unknown class", () => {
    const odd = Object.assign(new Error("odd"), { name: "OddError" });
    expect(across(odd)).toMatchObject({ name: "OddError", message: "odd" });
    expect(across("a string").message).toBe("a string");
  });

  it("end for circular causes", () => {
    const error = new Error("round");
    error.cause = error;
    expect(across(error).message).toBe("round");
  });
});
