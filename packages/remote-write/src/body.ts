import { explain, isTimeout } from "./failure.ts";

/** A response's body as far as it was read. */
export type Body =
  | { readonly kind: "whole"; readonly text: string; readonly bytes: number }
  /** Larger than the bound: `text` is its beginning. */
  | { readonly kind: "over"; readonly text: string; readonly bytes: number }
  /** It stopped on the way: `text` is what came. */
  | { readonly kind: "broken"; readonly text: string; readonly detail: string; readonly timedOut: boolean };

/** Reads a body chunk by chunk and never keeps more than `maxBytes` (after decompression). Never rejects. */
export async function readBody(response: Response, maxBytes: number): Promise<Body> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        // Leaving the loop cancels the stream, and with it the connection.
        text += decoder.decode(chunk.subarray(0, chunk.byteLength - (bytes - maxBytes)), { stream: true });
        return { kind: "over", text, bytes };
      }
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    return { kind: "broken", text, detail: explain(error), timedOut: isTimeout(error) };
  }
  return { kind: "whole", text: text + decoder.decode(), bytes };
}
