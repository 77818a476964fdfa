/** The hint of an error, for the command that failed. */
import type { Command } from "commander";
import { isErrorWithHint } from "../errors.ts";
import { DamagedFileError } from "./errors.ts";
import { InterruptError } from "./interrupt.ts";

/** @param command the command that ran; undefined if none did. @returns undefined if the error has no hint. */
export function hintOf(error: unknown, command: Command | undefined): string | undefined {
  // Outputs are written completely at the end.
  if (error instanceof InterruptError)
    return isText(command?.opts()["out"]) ? "nothing was written" : undefined;
  if (!isErrorWithHint(error)) return undefined;
  const offersLenient =
    command?.options.some(({ long }) => long === "--lenient") && !command.opts()["lenient"];
  return error instanceof DamagedFileError && offersLenient
    ? `${error.hint}; --lenient reads the undamaged parts`
    : error.hint;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
