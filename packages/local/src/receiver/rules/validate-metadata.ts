import { utf8Length } from "@penstock/model";
import { goQuoteShort } from "../go-text.ts";
import type { Metadata } from "../series.ts";

/** `max_metadata_length` as it comes, for each of the three. */
const MAX_METADATA_BYTES = 1024;

/** Why Cortex's distributor does not take what a request says about a metric (pkg/util/validation, `ValidateMetadata`). */
export function refuseMetadata({ metric, help, unit }: Metadata): string | undefined {
  if (metric === "") return "metadata missing metric name";
  const texts = { METRIC_NAME: metric, HELP: help, UNIT: unit };
  const long = Object.entries(texts).find(([, text]) => utf8Length(text) > MAX_METADATA_BYTES);
  if (long === undefined) return undefined;
  return `metadata '${long[0]}' value too long: ${goQuoteShort(long[1])} metric ${goQuoteShort(metric)}`;
}
