/** What a server says about its refusal, for messages. */

/** Longest quotation, in characters. */
const LONGEST = 300;

/** The hub's own words, in a header or as JSON; or a short plain text. Empty if there are none. It reads the body. */
export async function wordsOf(response: Response): Promise<string> {
  const header = response.headers.get("x-error-message");
  if (header) return quoted(header);
  const type = response.headers.get("content-type") ?? "text/plain";
  const isJson = type.includes("json");
  if (!isJson && !type.startsWith("text/plain")) return "";
  const body = await response.text().catch(() => "");
  return quoted(isJson ? errorIn(body) : body);
}

/** `{ "error": "…" }`, as the hub answers. */
function errorIn(body: string): string {
  try {
    const json: unknown = JSON.parse(body);
    const { error, message }: { error?: unknown; message?: unknown } = Object(json);
    return [error, message].find((words) => typeof words === "string") ?? "";
  } catch {
    return "";
  }
}

function quoted(words: string): string {
  const line = words.replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** "HTTP 403 Forbidden: the words". */
export function statusLine({ status, statusText }: Response, words: string): string {
  return `HTTP ${status} ${statusText}`.trimEnd() + (words === "" ? "" : `: ${words}`);
}

/** Whether a text is a web page; servers that answer in place of another, such as a network's login page, send one. */
export function isWebPage(text: string): boolean {
  return /^\s*<(!doctype html|html|head|body|script|meta)\b/i.test(text);
}
