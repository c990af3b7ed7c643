import { MAX_LABELS, MAX_LABELS_BYTES, MAX_REQUEST_BYTES } from "@penstock/model";
import type { Mapping } from "./aws.ts";
import { type Check, judge, skipped } from "./check.ts";
import type { QuotaValues } from "./service-quotas.ts";

/** From here a quota is near: AWS takes days to raise one. */
const NEAR = 0.8;

/** The workspace's quotas that the use grows into; codes of Service Quotas, resources of AMP's usage metrics. */
const USED = [
  {
    id: "quota.active-series",
    code: "L-5A151448",
    resource: "ActiveSeries",
    title: "Active series",
    cure: 'Find the label that grows: `topk(10, count by (__name__) ({__name__=~".+"}))`. New series are refused at the limit.',
  },
  {
    id: "quota.ingestion-rate",
    code: "L-F4BCE0BA",
    resource: "IngestionRate",
    title: "Samples a second",
    cure: "Beyond it samples wait in the queue, and nothing is lost while they are younger than an hour.",
  },
  {
    id: "quota.writes",
    code: "L-4340E931",
    resource: "RemoteWriteTPS",
    title: "Writes a second",
    cure: "Send more samples in a message and use fewer groups: each batch is a write.",
  },
  {
    id: "quota.queries",
    code: "L-D5FD0534",
    resource: "QueryMetricsTPS",
    title: "Queries a second",
    cure: "Send more samples in a message and use fewer groups: each batch is a look, and dashboards query too.",
  },
] as const;

/** The workspace's quotas that Penstock counts on to be at least this. */
const COUNTED_ON = [
  {
    id: "quota.request-size",
    code: "L-B71C1602",
    title: "Bytes of a request",
    least: MAX_REQUEST_BYTES,
    cure: "Each larger request is refused with 413 and halved: it only costs time. Please report it.",
  },
  {
    id: "quota.labels",
    code: "L-CDA4AB0F",
    title: "Labels of a series",
    least: MAX_LABELS,
    cure: "Have it raised, or use fewer labels: producers let more through than the workspace takes.",
  },
  {
    id: "quota.label-size",
    code: "L-8E142053",
    title: "Bytes of a series' labels",
    least: MAX_LABELS_BYTES,
    cure: "Have it raised, or use shorter labels: producers let more through than the workspace takes.",
  },
] as const;

/** What of AMP's usage metrics the checks look at. */
export const USED_RESOURCES: readonly string[] = USED.map(({ resource }) => resource);

/** The workspace's quotas against their use in the last hour, and against what Penstock counts on. Pure. */
export function quotaChecks(quotas: QuotaValues, peaks: ReadonlyMap<string, number>): Check[] {
  const used = USED.map(({ id, code, title, resource, cure }) => {
    const quota = quotas.get(code);
    const peak = peaks.get(resource);
    if (quota === undefined) return skipped(id, title, `Service Quotas does not list ${code}.`);
    if (peak === undefined) return skipped(id, title, `${count(quota)} are allowed; CloudWatch knows of no use.`);
    const share = peak / quota;
    const seen = `At most ${count(peak)} of ${count(quota)} in the last hour, ${Math.round(share * 100)} %.`;
    if (share < NEAR) return judge(id, title, seen, undefined);
    const raise = `${cure} Ask for more in Service Quotas (aps, ${code}).`;
    return judge(id, title, seen, { status: share < 1 ? "WARN" : "FAIL", cure: raise });
  });
  const countedOn = COUNTED_ON.map(({ id, code, title, least, cure }) => {
    const quota = quotas.get(code);
    if (quota === undefined) return skipped(id, title, `Service Quotas does not list ${code}.`);
    const seen = `${count(quota)} are allowed, Penstock uses up to ${count(least)}.`;
    return judge(id, title, seen, quota >= least ? undefined : { status: "WARN", cure });
  });
  return [...used, ...countedOn];
}

/**
 * Whether the account has room for the function that reads the queue. Pure.
 * @param accountConcurrency functions that may run at once in the account and region; a new account has 10
 */
export function concurrencyCheck({ maximumConcurrency }: Mapping, accountConcurrency: number): Check {
  const id = "mapping.concurrency";
  const title = "The account has room for the consumer";
  if (maximumConcurrency === undefined) {
    const seen = `The mapping has no maximum concurrency, the account's is ${accountConcurrency}.`;
    const cure =
      "Set the mapping's MaximumConcurrency: a backlog takes all that the account has, from other functions too.";
    return judge(id, title, seen, { status: "WARN", cure });
  }
  const seen = `The mapping runs up to ${maximumConcurrency} at once, the account ${accountConcurrency}.`;
  const cure = `Ask for more in Service Quotas (lambda, L-B99A9384), or lower the mapping's maximum: it shares the account's with every other function.`;
  return judge(id, title, seen, accountConcurrency > maximumConcurrency ? undefined : { status: "WARN", cure });
}

function count(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}
