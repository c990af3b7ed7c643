import { expect, test } from "vitest";
import type { Mapping } from "./aws.ts";
import { concurrencyCheck, quotaChecks } from "./quotas.ts";

const SERIES = "L-5A151448";
const REQUEST_SIZE = "L-B71C1602";

function check(id: string, quotas: [string, number][], peaks: [string, number][] = []) {
  return quotaChecks(new Map(quotas), new Map(peaks)).find((one) => one.id === id)!;
}

test.each([
  [799_999, "PASS", "80 %"],
  [800_000, "WARN", "80 %"],
  [1_000_000, "FAIL", "100 %"],
])("%d of a million active series is a %s", (peak, status, share) => {
  const series = check("quota.active-series", [[SERIES, 1_000_000]], [["ActiveSeries", peak]]);
  expect(series.status).toBe(status);
  expect(series.seen).toContain(share);
  expect(series.cure?.includes(SERIES) ?? false).toBe(status !== "PASS");
});

test("a quota whose use nobody knows is no fault, and one that is not listed says so", () => {
  const unused = check("quota.active-series", [[SERIES, 50_000_000]]);
  expect(unused).toMatchObject({ status: "SKIP", seen: expect.stringContaining("50,000,000") });
  expect(check("quota.active-series", [])).toMatchObject({ status: "SKIP", seen: expect.stringContaining(SERIES) });
});

test.each([
  [1024 * 1024, "PASS"],
  [900_000, "PASS"],
  [899_999, "WARN"],
])("a request of at most %d bytes is a %s for requests of up to 900,000", (bytes, status) => {
  expect(check("quota.request-size", [[REQUEST_SIZE, bytes]]).status).toBe(status);
});

test.each([
  [16, 1000, "PASS"],
  [16, 16, "WARN"],
  [16, 10, "WARN"],
  [undefined, 1000, "WARN"],
])("a mapping of %s at once in an account of %d is a %s", (maximumConcurrency, account, status) => {
  const mapping = { maximumConcurrency } as Mapping;
  expect(concurrencyCheck(mapping, account)).toMatchObject({ id: "mapping.concurrency", status });
});
