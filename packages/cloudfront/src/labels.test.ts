import fc from "fast-check";
import { expect, test } from "vitest";
import { fileSeries } from "./file.ts";
import { DEFAULT_LABEL_RULES, type LabelRules } from "./labels.ts";
import { pathLabel, pathPattern } from "./paths.ts";
import { STATUS_METRIC } from "./series.ts";

const RECORD = {
  date: "2026-04-04",
  time: "12:57:53",
  "x-edge-location": "SFO53-P7",
  "cs-method": "GET",
  "cs-uri-stem": "/feed.xml",
  "sc-status": "304",
  "x-edge-result-type": "RefreshHit",
  "x-host-header": "www.example.com",
  "cs-protocol": "https",
  "time-taken": "0.001",
  "cs-protocol-version": "HTTP/2.0",
  "c-country": "US",
};

type Cells = Partial<typeof RECORD>;

function read(
  records: readonly Cells[],
  rules: Partial<LabelRules>,
  name = "logs/E2EXAMPLE1234.2026-04-04-12.a1b2c3d4.gz",
) {
  const text = records.map((record) => JSON.stringify({ ...RECORD, ...record })).join("\n");
  return fileSeries(Buffer.from(text), name, { ...DEFAULT_LABEL_RULES, ...rules });
}

const patterns = (...texts: string[]) => texts.map((text) => pathPattern(text)!);

test("labels are those that were asked for, on the counter and on the histogram", async () => {
  const { series } = await read([{}], {
    labels: ["status_code", "path", "result_type", "edge_location", "country", "protocol_version", "distribution"],
    latencyLabels: ["protocol"],
    paths: patterns("/blog/*", "*.xml"),
  });
  expect(series[0]!.metric).toEqual({
    __name__: "response_status_code_total",
    status_code: "304",
    path: "*.xml",
    result_type: "RefreshHit",
    edge_location: "SFO",
    country: "US",
    protocol_version: "HTTP/2.0",
    distribution: "E2EXAMPLE1234",
  });
  const { le, ...labels } = series[1]!.metric;
  expect(labels).toEqual({ __name__: "response_duration_seconds_bucket", protocol: "https" });
});

test("a pattern matches a path exactly when a regular expression with its stars would", () => {
  const text = fc.string({ unit: fc.constantFrom("/", "a", "b", "*", "."), minLength: 1, maxLength: 8 });
  const path = fc.string({ unit: fc.constantFrom("/", "a", "b", "."), maxLength: 12 });
  fc.assert(
    fc.property(text, path, (text, path) => {
      const pattern = pathPattern(text);
      fc.pre(pattern !== undefined);
      const expression = new RegExp(`^${text.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
      expect(pathLabel(path, [pattern!])).toBe(expression.test(path) ? text : "other");
    }),
    { numRuns: 2_000 },
  );
});

test("whatever strangers ask for, a path makes no more series than there are patterns", async () => {
  const paths = Array.from({ length: 2_000 }, (_, i) => ({ "cs-uri-stem": `/wp-${i}/${"*a".repeat(i)}` }));
  const rules: Partial<LabelRules> = { labels: ["path"], paths: patterns("/", "/wp-1/*", "*a*a*a*b") };
  const { series } = await read([...paths, { "cs-uri-stem": "/" }], rules);
  expect(
    series
      .map(({ metric }) => metric.path)
      .filter(Boolean)
      .sort(),
  ).toEqual(["/", "/wp-1/*", "other"]);
});

test("a label has so many values in a file and no more; the others are counted under `other`, and told", async () => {
  const hosts = fc.array(fc.nat(30), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(hosts, fc.integer({ min: 1, max: 10 }), async (hosts, maxLabelValues) => {
      const records = hosts.map((host) => ({ "x-host-header": `h${host}.example.com` }));
      const rules: Partial<LabelRules> = { labels: ["host"], latencyLabels: [], maxLabelValues };
      const file = await read(records, rules);
      const series = file.series.filter(({ metric }) => metric.__name__ === STATUS_METRIC);
      const first = [...new Set(records.map((record) => record["x-host-header"]))].slice(0, maxLabelValues);
      const rest = records.filter((record) => !first.includes(record["x-host-header"]));
      const counted = series.reduce((sum, { values }) => sum + values.reduce<number>((a, b) => a + Number(b), 0), 0);
      expect(counted).toBe(hosts.length);
      expect(new Set(series.map(({ metric }) => metric.host))).toEqual(
        new Set(rest.length > 0 ? [...first, "other"] : first),
      );
      const told = { label: "host", requests: rest.length, example: rest[0]?.["x-host-header"] };
      expect(file.limited).toEqual(rest.length > 0 ? [told] : []);
      // What a process read before must not matter: a file read again comes to the same samples.
      expect((await read(records, rules)).series).toEqual(file.series);
    }),
  );
});
