import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { CommandError, DamagedFileError } from "../../src/cli/errors.ts";
import { hintOf } from "../../src/cli/hint.ts";
import { InterruptError } from "../../src/cli/interrupt.ts";
import { runCli } from "./run-cli.ts";

/** A command that was given the arguments. */
function ran(command: Command, ...parameters: string[]): Command {
  return command.parse(parameters, { from: "user" });
}

const lenient = (): Command => new Command().option("--lenient");

describe("the hint of a damaged file", () => {
  const error = new DamagedFileError("in.mid: the file is cut short", "copy it again");

  it("names --lenient where the command declares it", () => {
    expect(hintOf(error, ran(lenient()))).toBe("copy it again; --lenient reads the undamaged parts");
  });

  it("does not name --lenient where the command has no such option", () => {
    expect(hintOf(error, ran(new Command()))).toBe("copy it again");
    expect(hintOf(error, undefined)).toBe("copy it again");
  });

  it("does not name --lenient where it is given", () => {
    expect(hintOf(error, ran(lenient(), "--lenient"))).toBe("copy it again");
  });

  it("does not name --lenient where no reading can go on", () => {
    expect(hintOf(new CommandError("in.mid is not a MIDI file", "use another one"), ran(lenient()))).toBe(
      "use another one",
    );
  });

  it("is shown by a command that reads MIDI files", async () => {
    const stdin = Buffer.from("MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x09\0\x90\x3c\x40", "latin1");
    const { code, stderr } = await runCli(["inspect", "-"], { stdin });
    expect(code).toBe(1);
    expect(stderr).toMatch(/; --lenient reads the undamaged parts\n$/);
  });
});

it("says after an interruption that nothing was written, if the command has an output", () => {
  const error = new InterruptError("SIGINT");
  const command = new Command().option("--out <file>");
  expect(hintOf(error, ran(command, "--out", "new.mid"))).toBe("nothing was written");
  expect(hintOf(error, ran(new Command()))).toBe(undefined);
});

it("has none for errors without one", () => {
  expect(hintOf(new Error("broken"), ran(lenient()))).toBe(undefined);
});
