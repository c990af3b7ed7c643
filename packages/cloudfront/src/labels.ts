import { type PathPattern, pathLabel } from "./paths.ts";
import type { Cells } from "./request.ts";

/** The labels that a request can have. Each comes from one column of the log, `distribution` from the file's name. */
export const LABEL_NAMES = [
  "status_code",
  "method",
  "host",
  "path",
  "result_type",
  "edge_location",
  "country",
  "protocol",
  "protocol_version",
  "distribution",
] as const;

export type LabelName = (typeof LABEL_NAMES)[number];

export type RequestLabels = Readonly<Partial<Record<LabelName, string>>>;

/** Which labels series have. Everything here is a function of one file: what happened before must not matter. */
export interface LabelRules {
  /** Of the counter of responses. */
  readonly labels: readonly LabelName[];
  /** Of the latency histogram: each combination of their values is sixteen series. */
  readonly latencyLabels: readonly LabelName[];
  /** What `path` may be; the rest is `other`. */
  readonly paths: readonly PathPattern[];
  /** Values of one label in one file; the rest is `other`. */
  readonly maxLabelValues: number;
}

export const DEFAULT_LABEL_RULES: LabelRules = {
  labels: ["status_code", "method", "host"],
  latencyLabels: ["host"],
  paths: [],
  maxLabelValues: 50,
};

/** What CloudFront lets through (Developer Guide, "Allowed HTTP methods"); anybody can send anything else. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A DNS name in text (RFC 1035). */
const MAX_HOST_LENGTH = 253;
const HOST = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** CloudFront's own words: `Hit`, `https`, `HTTP/2.0`, `IS`. */
const WORD = /^[A-Za-z0-9./_-]{1,64}$/;

/** `GRU3-P4` is a server in São Paulo: CloudFront has hundreds of them, at about a hundred airports. */
const EDGE_LOCATION = /^([A-Z]{3})\d/;

/** The distribution's id leads the name of a file (Developer Guide, "File name format"). */
const DISTRIBUTION = /(?:^|\/)([A-Z0-9]{8,20})\.\d{4}-\d\d-\d\d-\d\d\.[^/]*$/;

/** What stands for values that only a stranger would send: each of them would be a series of its own. */
export const OTHER = "other";

/** The labels of one request, before their number is limited. An empty value is no label. */
export function requestLabels(cells: Cells, rules: LabelRules, file: string): RequestLabels {
  const labels: Partial<Record<LabelName, string>> = {};
  for (const name of rules.labels) labels[name] = VALUES[name](cells, rules, file);
  for (const name of rules.latencyLabels) labels[name] ??= VALUES[name](cells, rules, file);
  return labels;
}

const VALUES: Readonly<Record<LabelName, (cells: Cells, rules: LabelRules, file: string) => string>> = {
  status_code: (cells) => cells("sc-status") ?? "",
  method: (cells) => methodLabel(cells("cs-method")),
  host: (cells) => hostLabel(cells("x-host-header") ?? cells("cs(Host)")),
  path: (cells, { paths }) => pathLabel(cells("cs-uri-stem"), paths),
  result_type: (cells) => wordLabel(cells("x-edge-result-type")),
  edge_location: (cells) => EDGE_LOCATION.exec(cells("x-edge-location") ?? "")?.[1] ?? "",
  country: (cells) => wordLabel(cells("c-country")),
  protocol: (cells) => wordLabel(cells("cs-protocol")),
  protocol_version: (cells) => wordLabel(cells("cs-protocol-version")),
  distribution: (_cells, _rules, file) => DISTRIBUTION.exec(file)?.[1] ?? "",
};

function methodLabel(method: string | undefined): string {
  if (method === undefined) return "";
  return METHODS.has(method) ? method : OTHER;
}

/** In lower case and without a port. */
function hostLabel(encoded: string | undefined): string {
  if (encoded === undefined) return "";
  const host = decode(encoded).toLowerCase().replace(/:\d*$/, "");
  return host.length <= MAX_HOST_LENGTH && HOST.test(host) ? host : OTHER;
}

function wordLabel(word: string | undefined): string {
  if (word === undefined) return "";
  return WORD.test(word) ? word : OTHER;
}

/** Logs percent-encode what is not plain ASCII. What does not decode is no host either. */
function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
