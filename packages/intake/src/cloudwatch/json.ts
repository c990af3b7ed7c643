import { show } from "@penstock/model";
import * as v from "valibot";
import { Problem } from "../problem.ts";
import type { Datum } from "./datum.ts";

/** A line of a metric stream in JSON (CloudWatch User Guide, "CloudWatch metric stream output in JSON format"). */
const LINE = v.object({
  account_id: v.string(),
  region: v.string(),
  namespace: v.pipe(v.string(), v.minLength(1)),
  metric_name: v.pipe(v.string(), v.minLength(1)),
  dimensions: v.record(v.string(), v.string()),
  timestamp: v.number(),
  value: v.record(v.string(), v.number()),
});

/**
 * Reads one line.
 *
 * @throws {Problem} 400 that names the field
 */
export function readDatumLine(line: string): Datum {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new Problem(400, `Expected a line of JSON, got ${show(line)}`);
  }
  const parsed = v.safeParse(LINE, json, { abortEarly: true });
  if (!parsed.success) {
    const path = parsed.issues[0].path?.map(({ key }) => String(key).slice(0, 100)).join(".") ?? "the line";
    throw new Problem(400, `Expected a line of a metric stream, got another \`${path}\``);
  }
  const { account_id, region, namespace, metric_name, dimensions, timestamp, value } = parsed.output;
  return {
    accountId: account_id,
    region,
    namespace,
    metricName: metric_name,
    dimensions,
    timestampMs: timestamp,
    statistics: new Map(Object.entries(value)),
  };
}
