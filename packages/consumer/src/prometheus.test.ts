import type { Report } from "@penstock/flusher";
import { expect, test } from "vitest";
import { NO_REPORT } from "../test/flushes.ts";
import { createMetrics } from "./prometheus.ts";

const request = { atMs: 0, durationMs: 250, series: 1, samples: 1, status: 200, detail: "" };
const REPORT: Report = {
  ...NO_REPORT,
  received: 9,
  stored: 4,
  rejected: { "sample-too-old": 2 },
  duplicate: 2,
  returned: 1,
  laneMoves: 3,
  restamped: 1,
  blind: 4,
  receiptsMissing: 1,
  requests: [request, { ...request, status: 503 }, { ...request, status: undefined, durationMs: 4000 }],
  looks: [{ durationMs: 1, series: 1, samples: 1, bytes: 1, ok: true }],
  oldestStoredAgeMs: 20_000,
};

test("adds up the flushes of a worker under the names of the design", async () => {
  const { record, text } = createMetrics();
  record(REPORT);
  record(REPORT);
  const lines = (await text()).split("\n").filter((line) => !line.startsWith("#") && !line.includes("_bucket{"));
  expect(lines.filter(Boolean).sort()).toEqual([
    "penstock_lane_moves_total 6",
    "penstock_looks_total 2",
    "penstock_receipts_missing_total 2",
    "penstock_request_duration_seconds_count 6",
    "penstock_request_duration_seconds_sum 9",
    'penstock_requests_total{status_class="2xx"} 2',
    'penstock_requests_total{status_class="5xx"} 2',
    'penstock_requests_total{status_class="none"} 2',
    "penstock_sample_age_seconds_count 2",
    "penstock_sample_age_seconds_sum 40",
    "penstock_samples_blind_total 8",
    "penstock_samples_duplicate_total 4",
    "penstock_samples_received_total 18",
    'penstock_samples_rejected_total{reason="sample-too-old"} 4',
    "penstock_samples_restamped_total 2",
    "penstock_samples_returned_total 2",
    "penstock_samples_stored_total 8",
  ]);
});

test("two workers of one process do not add up, and there are zeros before the first flush", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.record(REPORT);
  expect(await other.text()).toContain("penstock_samples_received_total 0\n");
});
