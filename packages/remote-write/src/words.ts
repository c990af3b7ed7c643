import { cut } from "@penstock/model";
import { readBody } from "./body.ts";

/** Characters kept of what a receiver says about a refusal: Cortex names one series, whose labels AMP bounds at 7 KB. */
export const MAX_WORDS = 2_000;

/** Read of such a body. UTF-8 has at most three bytes a character of ours, so this always fills MAX_WORDS. */
const MAX_WORDS_BYTES: number = 4 * MAX_WORDS;

/** AWS refuses a signature that is further off (IAM user guide, "Signature Version 4": five minutes). */
const MAX_SKEW_MS: number = 5 * 60_000;

/**
 * What the receiver says in an answer that is to be read by people, cut, with what its headers add to it. Never
 * rejects: of a body that breaks off the beginning is kept, since the status has said the main thing.
 */
export async function readWords(response: Response, signed: boolean): Promise<string> {
  const body = await readBody(response, MAX_WORDS_BYTES);
  const brokeOff = body.kind === "broken" ? `(the answer broke off: ${body.detail})` : "";
  const parts = [cut(body.text.trim(), MAX_WORDS), brokeOff, redirectNote(response), signed ? skewNote(response) : ""];
  return parts.filter((part) => part !== "").join(" ");
}

function redirectNote({ status, headers }: Response): string {
  const location = headers.get("location");
  if (status < 300 || status > 399 || location === null) return "";
  return `(a redirect to ${cut(location, 200)}, not followed: set that URL if it is right)`;
}

/** AMP answers a signature of the wrong time with the same 403 as a wrong key. */
function skewNote({ status, headers }: Response): string {
  const aheadMs = Date.now() - Date.parse(headers.get("date") ?? "");
  if (status !== 403 || !(Math.abs(aheadMs) > MAX_SKEW_MS)) return "";
  const minutes = `${Math.round(Math.abs(aheadMs) / 60_000)} minutes ${aheadMs > 0 ? "ahead of" : "behind"}`;
  const rule = `AWS refuses signatures more than ${MAX_SKEW_MS / 60_000} minutes off`;
  return `(this machine's clock is ${minutes} the receiver's: ${rule})`;
}
