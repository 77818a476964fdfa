/** Formats numbers and errors as text. */
import { pictureControls } from "../src/tools/control-characters.ts";
import { PlainError } from "./plain-error.ts";

/** Seconds as minutes and seconds: 1:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Bytes in millions, one decimal: "3.4 of 11.2 MB". */
export function megabytes(loaded: number, total: number | undefined): string {
  const inMillions = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return total === undefined
    ? `${inMillions(loaded)} MB`
    : `${inMillions(loaded)} of ${inMillions(total)} MB`;
}

export interface Problem {
  readonly message: string;
  readonly hint: string;
  /** For those who want to know more. */
  readonly details?: string;
}

/** The message and the hint of an error, and the technical details of its cause. */
export function problemOf(error: unknown): Problem {
  if (error instanceof PlainError && error.cause !== undefined) {
    const { message, hint } = problemOf(error.cause);
    const details = error.cause instanceof Error && "hint" in error.cause ? `${message} ${hint}` : message;
    return { message: sentence(error.message), hint: sentence(error.hint), details };
  }
  if (!(error instanceof Error)) return { message: String(error), hint: "Reload the page and try again." };
  const hint =
    "hint" in error && typeof error.hint === "string" ? error.hint : "reload the page and try again";
  return { message: sentence(error.message), hint: sentence(hint) };
}

/** A clause as a sentence: "Percussion is ignored." */
export function asSentence(text: string): string {
  return text === "" ? "" : sentence(text);
}

function sentence(text: string): string {
  const trimmed = pictureControls(text).trim().replace(/\.$/, "");
  // URLs and code keep their case.
  const isWord = /^[a-z]+[ ,]/.test(trimmed);
  return `${isWord ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed}.`;
}
