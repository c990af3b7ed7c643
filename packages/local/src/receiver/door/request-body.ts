/** A body, or how long it was when it was longer than it may be. */
export type RequestBody =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "too large"; readonly length: number };

/** Reads to the end, so that the client hears the answer, but keeps no more than `maxBytes`. Rejects when it breaks off. */
export async function readBody(request: Request, maxBytes: number): Promise<RequestBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
  }
  return length <= maxBytes ? { kind: "whole", bytes: Buffer.concat(chunks) } : { kind: "too large", length };
}
