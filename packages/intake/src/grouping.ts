import { type Labels, MAX_LABELS } from "@penstock/model";
import { Problem } from "./problem.ts";

const PREFIX = "/metrics/";
const BASE64_SUFFIX = "@base64";
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The grouping key in a Pushgateway path: `/metrics/job/NAME{/LABEL/VALUE}`, each value as it is or, where the label ends
 * in `@base64`, in URL-safe base64 (prometheus/pushgateway, README, "URL"). It goes over a sample's own labels.
 *
 * @param pathname as it stands in the URL, percent-encoded
 * @throws {Problem} 400 for a path that is none, 404 for one that is another's
 */
export function groupingOf(pathname: string): Labels & { readonly job: string } {
  if (!pathname.startsWith(PREFIX)) throw new Problem(404, `Expected ${PREFIX}job/NAME, got ${pathname}`);
  const parts = pathname.slice(PREFIX.length).split("/");
  if (parts.length > 2 * MAX_LABELS) throw new Problem(400, `Expected at most ${MAX_LABELS} labels, got more`);
  if (parts.length % 2 === 1)
    throw new Problem(400, `Expected pairs of label and value after ${PREFIX}, got an odd one`);
  const labels = new Map<string, string>();
  for (let i = 0; i < parts.length; i += 2) {
    const [name, value] = readPair(decoded(parts[i]!), decoded(parts[i + 1]!));
    if (i === 0 && name !== "job") throw new Problem(400, `Expected \`job\` first, got \`${name}\``);
    if (!LABEL_NAME.test(name) || name.startsWith("__")) {
      throw new Problem(400, `Expected a label name, got ${JSON.stringify(name.slice(0, 100))}`);
    }
    if (labels.has(name)) throw new Problem(400, `Expected label \`${name}\` once, got it twice`);
    labels.set(name, value);
  }
  const job = labels.get("job");
  if (!job) throw new Problem(400, "Expected a job name that is not empty");
  return { ...Object.fromEntries(labels), job };
}

function readPair(name: string, value: string): [name: string, value: string] {
  if (!name.endsWith(BASE64_SUFFIX)) return [name, value];
  // A lone `=` stands for empty text, which could not stand between two slashes.
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(value))
    throw new Problem(400, `Expected URL-safe base64, got ${value.slice(0, 100)}`);
  return [name.slice(0, -BASE64_SUFFIX.length), Buffer.from(value, "base64url").toString("utf8")];
}

/** An HTTP API hands over paths that are decoded already: a `%` that encodes nothing is one. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
