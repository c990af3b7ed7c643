import type { Settings } from "../../../stacks/settings.ts";

export function settings(stage: string): Settings {
  const production = stage === "production";
  return {
    workspace: {
      metrics: { orders_total: "delta", queue_depth: "gauge", process_cpu_seconds_total: "cumulative" },
      outOfOrderWindowSeconds: 600,
      retentionDays: production ? 1_095 : 30,
      logQueriesFromSamples: 1_000_000,
    },
    ingest: {
      groups: 128,
      maximumConcurrency: 32,
      producers: ["210987654321", "arn:aws:iam::210987654321:role/checkout"],
    },
    intake: { reservedConcurrency: 20 },
    cloudfront: { bucket: "example-logs", prefix: "cdn/", labels: ["status_code", "country"], windowSeconds: 300 },
    observe: {
      emails: ["on-call@example.org"],
      topics: ["arn:aws:sns:eu-west-1:123456789012:pager"],
      runbookUrl: "https://example.org/penstock/docs/runbook.md",
    },
  };
}
