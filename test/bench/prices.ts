/**
 * List prices in US dollars, us-east-1, no free tier. Collected 2026-11-23 from pages about AWS's price lists, which were
 * not themselves to be read here; CloudWatch's are the long-standing first tiers. Change them here, and only here.
 */
export const PRICES = {
  /** SQS FIFO, a request; each started 64 KiB of a call is one. */
  queueRequest: 0.5 / 1e6,
  /** Lambda on arm64. */
  invocation: 0.2 / 1e6,
  gigabyteSecond: 0.0000133334,
  /** AMP, first tier: a sample ingested, and a sample that a query processes. */
  ingestedSample: 0.9 / 10e6,
  queriedSample: 0.1 / 1e9,
  /** CloudWatch custom metrics: a series a month, and a PutMetricData call, which takes 1,000 series. */
  customMetricMonth: 0.3,
  putMetricData: 0.01 / 1_000,
} as const;
