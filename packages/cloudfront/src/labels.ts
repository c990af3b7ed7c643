/** What CloudFront lets through (Developer Guide, "Allowed HTTP methods"); anybody can send anything else. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A DNS name in text (RFC 1035). */
const MAX_HOST_LENGTH = 253;
const HOST = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** What stands for values that only a stranger would send: each of them would be a series of its own. */
const OTHER = "other";

/** The method as a label; empty when there is none. */
export function methodLabel(method: string | undefined): string {
  if (method === undefined) return "";
  return METHODS.has(method) ? method : OTHER;
}

/** The host as a label, in lower case and without a port; empty when there is none. */
export function hostLabel(encoded: string | undefined): string {
  if (encoded === undefined) return "";
  const host = decode(encoded).toLowerCase().replace(/:\d*$/, "");
  return host.length <= MAX_HOST_LENGTH && HOST.test(host) ? host : OTHER;
}

/** Logs percent-encode what is not plain ASCII. What does not decode is no host either. */
function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
