import type { Shape } from "../protobuf.ts";

/**
 * ExportMetricsServiceRequest as far as samples are made of it (opentelemetry-proto 1.x, collector/metrics/v1 and
 * metrics/v1). Exemplars, descriptions and the minimum and maximum of histograms have no place in a sample.
 */
export interface ExportRequest {
  readonly resourceMetrics?: readonly ResourceMetrics[];
}

interface ResourceMetrics {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopeMetrics?: readonly ScopeMetrics[];
}

export interface ScopeMetrics {
  readonly scope?: { readonly name?: string; readonly version?: string };
  readonly metrics?: readonly Metric[];
}

export interface Metric {
  readonly name?: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints?: readonly NumberPoint[] };
  readonly sum?: Aggregated<NumberPoint> & { readonly isMonotonic?: boolean };
  readonly histogram?: Aggregated<HistogramPoint>;
  readonly exponentialHistogram?: { readonly dataPoints?: readonly unknown[] };
  readonly summary?: { readonly dataPoints?: readonly SummaryPoint[] };
}

interface Aggregated<Point> {
  readonly dataPoints?: readonly Point[];
  readonly aggregationTemporality?: number;
}

/** AggregationTemporality; 0 is unspecified. */
export const DELTA = 1;
export const CUMULATIVE = 2;

export interface Point {
  readonly attributes?: readonly KeyValue[];
  /** Nanoseconds since the epoch. */
  readonly startTimeUnixNano?: bigint;
  readonly timeUnixNano?: bigint;
  readonly flags?: number;
}

/** DataPointFlags: there is no value, the series has ended. */
export const NO_RECORDED_VALUE = 1;

export interface NumberPoint extends Point {
  readonly asDouble?: number;
  readonly asInt?: bigint;
}

export interface HistogramPoint extends Point {
  readonly count?: bigint;
  readonly sum?: number;
  readonly bucketCounts?: readonly bigint[];
  readonly explicitBounds?: readonly number[];
}

export interface SummaryPoint extends Point {
  readonly count?: bigint;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}

export interface KeyValue {
  readonly key?: string;
  readonly value?: AnyValue;
}

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: bigint;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
  readonly bytesValue?: Uint8Array;
}

const ANY_VALUE: Shape = {
  1: { name: "stringValue", type: "string" },
  2: { name: "boolValue", type: "bool" },
  3: { name: "intValue", type: "int64" },
  4: { name: "doubleValue", type: "double" },
  5: { name: "arrayValue", type: () => ARRAY_VALUE },
  6: { name: "kvlistValue", type: () => KEY_VALUE_LIST },
  7: { name: "bytesValue", type: "bytes" },
};
const ARRAY_VALUE: Shape = { 1: { name: "values", type: () => ANY_VALUE, repeated: true } };
const KEY_VALUE_LIST: Shape = { 1: { name: "values", type: () => KEY_VALUE, repeated: true } };
const KEY_VALUE: Shape = { 1: { name: "key", type: "string" }, 2: { name: "value", type: () => ANY_VALUE } };

const START = { name: "startTimeUnixNano", type: "fixed64" } as const;
const TIME = { name: "timeUnixNano", type: "fixed64" } as const;
const ATTRIBUTES = { name: "attributes", type: () => KEY_VALUE, repeated: true } as const;

const NUMBER_POINT: Shape = {
  2: START,
  3: TIME,
  4: { name: "asDouble", type: "double" },
  6: { name: "asInt", type: "sfixed64" },
  7: ATTRIBUTES,
  8: { name: "flags", type: "uint32" },
};
const HISTOGRAM_POINT: Shape = {
  2: START,
  3: TIME,
  4: { name: "count", type: "fixed64" },
  5: { name: "sum", type: "double" },
  6: { name: "bucketCounts", type: "fixed64", repeated: true },
  7: { name: "explicitBounds", type: "double", repeated: true },
  9: ATTRIBUTES,
  10: { name: "flags", type: "uint32" },
};
const QUANTILE: Shape = { 1: { name: "quantile", type: "double" }, 2: { name: "value", type: "double" } };
const SUMMARY_POINT: Shape = {
  2: START,
  3: TIME,
  4: { name: "count", type: "fixed64" },
  5: { name: "sum", type: "double" },
  6: { name: "quantileValues", type: () => QUANTILE, repeated: true },
  7: ATTRIBUTES,
  8: { name: "flags", type: "uint32" },
};

/** A message that holds points of one shape, and how they relate to one another. */
const pointsOf = (point: Shape): Shape => ({
  1: { name: "dataPoints", type: () => point, repeated: true },
  2: { name: "aggregationTemporality", type: "uint32" },
  3: { name: "isMonotonic", type: "bool" },
});
const GAUGE: Shape = pointsOf(NUMBER_POINT);
const SUM: Shape = pointsOf(NUMBER_POINT);
const HISTOGRAM: Shape = pointsOf(HISTOGRAM_POINT);
const SUMMARY: Shape = pointsOf(SUMMARY_POINT);
/** Its points are only counted. */
const EXPONENTIAL_HISTOGRAM: Shape = pointsOf({});

const METRIC: Shape = {
  1: { name: "name", type: "string" },
  3: { name: "unit", type: "string" },
  5: { name: "gauge", type: () => GAUGE },
  7: { name: "sum", type: () => SUM },
  9: { name: "histogram", type: () => HISTOGRAM },
  10: { name: "exponentialHistogram", type: () => EXPONENTIAL_HISTOGRAM },
  11: { name: "summary", type: () => SUMMARY },
};
const SCOPE: Shape = { 1: { name: "name", type: "string" }, 2: { name: "version", type: "string" } };
const SCOPE_METRICS: Shape = {
  1: { name: "scope", type: () => SCOPE },
  2: { name: "metrics", type: () => METRIC, repeated: true },
};
const RESOURCE: Shape = { 1: ATTRIBUTES };
const RESOURCE_METRICS: Shape = {
  1: { name: "resource", type: () => RESOURCE },
  2: { name: "scopeMetrics", type: () => SCOPE_METRICS, repeated: true },
};

export const EXPORT_REQUEST: Shape = { 1: { name: "resourceMetrics", type: () => RESOURCE_METRICS, repeated: true } };
