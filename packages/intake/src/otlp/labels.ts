import type { Labels } from "@penstock/model";
import type { AnyValue, KeyValue, ScopeMetrics } from "./messages.ts";
import { labelName } from "./names.ts";

/**
 * Attributes as labels. Keys that become one name have their values joined by `;`, in the order of the keys
 * (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", Metric Attributes).
 */
export function attributeLabels(attributes: readonly KeyValue[]): Labels {
  const sorted = [...attributes].sort(({ key: a = "" }, { key: b = "" }) => (a < b ? -1 : a > b ? 1 : 0));
  const labels = new Map<string, string>();
  for (const { key = "", value = {} } of sorted) {
    if (key === "") continue;
    const name = labelName(key);
    const before = labels.get(name);
    labels.set(name, before === undefined ? attributeText(value) : `${before};${attributeText(value)}`);
  }
  return Object.fromEntries(labels);
}

/** A value as text: what is no string as JSON (OpenTelemetry specification, "Mapping Arbitrary Data to OTLP AnyValue"). */
export function attributeText(value: AnyValue): string {
  const plain = plainValue(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function plainValue({ stringValue, boolValue, intValue, doubleValue, ...other }: AnyValue): unknown {
  if (stringValue !== undefined) return stringValue;
  if (boolValue !== undefined) return boolValue;
  if (intValue !== undefined) return Number.isSafeInteger(Number(intValue)) ? Number(intValue) : String(intValue);
  if (doubleValue !== undefined) return Number.isFinite(doubleValue) ? doubleValue : String(doubleValue);
  if (other.bytesValue !== undefined) return Buffer.from(other.bytesValue).toString("base64");
  if (other.arrayValue !== undefined) return (other.arrayValue.values ?? []).map(plainValue);
  if (other.kvlistValue === undefined) return "";
  return Object.fromEntries(
    (other.kvlistValue.values ?? []).map(({ key = "", value = {} }) => [key, plainValue(value)]),
  );
}

/** What a resource says of its series. */
export interface Target {
  /** `job` and `instance`, as far as the resource names its service. */
  readonly identity: Labels;
  /** Its other attributes: the labels of `target_info`. */
  readonly info: Labels;
}

const IDENTIFYING: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

export function targetOf(attributes: readonly KeyValue[]): Target {
  const text = (wanted: string): string => {
    const value = attributes.find(({ key }) => key === wanted)?.value;
    return value === undefined ? "" : attributeText(value);
  };
  const service = text("service.name");
  const namespace = text("service.namespace");
  const instance = text("service.instance.id");
  return {
    identity: {
      ...(service !== "" && { job: namespace === "" ? service : `${namespace}/${service}` }),
      ...(instance !== "" && { instance }),
    },
    info: attributeLabels(attributes.filter(({ key = "" }) => !IDENTIFYING.has(key))),
  };
}

/** The labels that tell equal metrics of two libraries apart. */
export function scopeLabels({ name = "", version = "" }: NonNullable<ScopeMetrics["scope"]>): Labels {
  return {
    ...(name !== "" && { otel_scope_name: name }),
    ...(version !== "" && { otel_scope_version: version }),
  };
}
