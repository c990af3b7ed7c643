import { createHash, timingSafeEqual } from "node:crypto";

/** A SHA-256 in hexadecimal. */
export const SHA256_HEX: RegExp = /^[0-9a-f]{64}$/i;

/**
 * Whether `secret` is the one whose SHA-256 is known, in a time that says nothing about either: what is compared are two
 * digests, of one length whatever was sent.
 *
 * @param sha256 in hexadecimal
 */
export function isSecret(secret: string | null | undefined, sha256: string): boolean {
  const digest = createHash("sha256")
    .update(secret ?? "")
    .digest();
  return timingSafeEqual(digest, Buffer.from(sha256, "hex"));
}

/** Whether a request carries the bearer token (RFC 6750). */
export function hasBearer(request: Request, sha256: string): boolean {
  const [, token] = /^bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  return isSecret(token, sha256);
}
