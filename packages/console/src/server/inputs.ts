import { KINDS, type Kind } from "@penstock/model";
import { DIMENSIONS, type Dimension, type Reach } from "@penstock/operator";
import * as v from "valibot";
import type { DropPlan, ReplayPlan } from "../api.ts";

const MAX_SELECTOR = 4_096;
const MAX_RULES = 20;
const MAX_RULE_TEXT = 4_096;
/** Letters on one page of the list. */
const MAX_PAGE = 200;
const MAX_OFFSET = 1_000_000;
/** SQS takes 3,000 messages a second and group in batches at the very most. */
const MAX_RATE = 3_000;
/** AMP answers no query over more (AMP quotas: query time range). */
const MAX_RANGE_MINUTES: number = 31 * 24 * 60;
const MAX_STEP_S = 86_400;
const MAX_KEYS = 20;
const MAX_KEY = 16_384;

const reach = v.picklist(["front", "all"]);
const selector = v.pipe(v.string(), v.maxLength(MAX_SELECTOR));
const text = v.pipe(v.string(), v.maxLength(MAX_RULE_TEXT));
const letters = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A whole number as a query has it. */
function whole(min: number, max: number): v.GenericSchema<string, number> {
  return v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), v.minValue(min), v.maxValue(max));
}

const relabelRule = v.strictObject({
  action: v.exactOptional(v.picklist(["replace", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"])),
  source_labels: v.exactOptional(v.pipe(v.array(text), v.maxLength(MAX_RULES))),
  separator: v.exactOptional(text),
  target_label: v.exactOptional(text),
  regex: v.exactOptional(text),
  replacement: v.exactOptional(text),
});
const relabel = v.pipe(v.array(relabelRule), v.maxLength(MAX_RULES));

/** What a request may say, read into `Value`. */
type Input<Value> = v.GenericSchema<unknown, Value>;

export const LOOK_BODY: Input<{ reach: Reach }> = v.strictObject({ reach });
export const REPLAY_BODY: Input<ReplayPlan> = v.strictObject({
  selector,
  restamp: v.boolean(),
  relabel,
  rate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RATE))),
  unnamed: v.boolean(),
  reach,
});
export const DROP_BODY: Input<DropPlan> = v.strictObject({ selector, reach });
export const CONFIRM_BODY: Input<{ letters: number }> = v.strictObject({ letters });
export const TRIAL_BODY: Input<Pick<ReplayPlan, "selector" | "relabel">> = v.strictObject({ selector, relabel });
export const DOCTOR_BODY: Input<{ probe: "write" | "read" }> = v.strictObject({ probe: v.picklist(["write", "read"]) });

export const SINCE_QUERY: Input<{ since: number }> = v.object({
  since: v.optional(whole(0, Number.MAX_SAFE_INTEGER), "0"),
});
export const PIVOT_QUERY: Input<{ q: string; by: Dimension[] }> = v.object({
  q: v.optional(selector, ""),
  by: v.pipe(
    v.string(),
    v.transform((words) => words.split(",")),
    v.array(v.picklist(DIMENSIONS)),
    v.maxLength(DIMENSIONS.length),
  ),
});
export const LIST_QUERY: Input<{ q: string; offset: number; limit: number }> = v.object({
  q: v.optional(selector, ""),
  offset: v.optional(whole(0, MAX_OFFSET), "0"),
  limit: v.optional(whole(1, MAX_PAGE), "100"),
});
export const SERIES_QUERY: Input<{ q: string; minutes: number; step: number; kind: Kind }> = v.object({
  q: v.optional(selector, ""),
  minutes: v.optional(whole(1, MAX_RANGE_MINUTES), "60"),
  step: v.optional(whole(1, MAX_STEP_S), "60"),
  kind: v.optional(v.picklist(KINDS), "delta"),
});
export const KEYS_QUERY: Input<string[]> = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(MAX_KEY))),
  v.maxLength(MAX_KEYS),
);

/** The call is not one of ours. One sentence. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** @throws {InputError} naming the field, and what is wrong with it */
export function read<Value>(schema: Input<Value>, value: unknown): Value {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new InputError(`In \`${v.getDotPath(issue) ?? "the request"}\`: ${issue.message}`);
}
