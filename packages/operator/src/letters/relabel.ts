import { type Labels, show } from "@penstock/model";
import { wholly } from "../selector.ts";

/**
 * One relabelling step, with the names and the defaults of Prometheus' `relabel_config`, so that a rule can be taken over
 * as it stands. `keep` and `drop` are not among the actions: matchers choose the letters.
 */
export interface RelabelRule {
  readonly action?: "replace" | "labelmap" | "labeldrop" | "labelkeep" | "lowercase" | "uppercase";
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly target_label?: string;
  readonly regex?: string;
  readonly replacement?: string;
}

/** Labels in, labels out; a label with an empty value is left out. */
export type Relabel = (labels: Labels) => Labels;

const ACTIONS = ["replace", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"] as const;
const FIELDS: ReadonlySet<string> = new Set([
  "action",
  "source_labels",
  "separator",
  "target_label",
  "regex",
  "replacement",
]);

/** All rules, one after the other. @throws {SyntaxError} saying what is wrong with which rule */
export function compileRelabel(rules: readonly RelabelRule[]): Relabel {
  const steps = rules.map(compileRule);
  return (labels) => {
    let current = new Map(Object.entries(labels));
    for (const step of steps) current = step(current);
    return Object.fromEntries([...current].filter(([, value]) => value !== ""));
  };
}

type Step = (labels: Map<string, string>) => Map<string, string>;

function compileRule(rule: RelabelRule): Step {
  const unknown = Object.keys(rule).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) {
    throw new SyntaxError(`Expected a relabel rule with ${[...FIELDS].join(", ")}, got ${show(unknown)}`);
  }
  const { action = "replace", regex = "(.*)", replacement = "$1" } = rule;
  if (!ACTIONS.includes(action)) {
    throw new SyntaxError(`Expected \`action\` to be one of ${ACTIONS.join(", ")}, got ${show(action)}`);
  }
  const pattern = wholly("regex", regex);
  if (action === "labeldrop") return (labels) => only(labels, (name) => !pattern.test(name));
  if (action === "labelkeep") return (labels) => only(labels, (name) => pattern.test(name));
  if (action === "labelmap") return (labels) => mapNames(labels, pattern, replacement);
  return toTarget(rule, action, pattern, replacement);
}

function toTarget(
  { source_labels = [], separator = ";", target_label }: RelabelRule,
  action: "replace" | "lowercase" | "uppercase",
  pattern: RegExp,
  replacement: string,
): Step {
  if (target_label === undefined || target_label === "") {
    throw new SyntaxError(`Expected \`target_label\` in a relabel rule with action ${action}, got none`);
  }
  return (labels) => {
    const text = source_labels.map((name) => labels.get(name) ?? "").join(separator);
    const found = pattern.exec(text);
    // Prometheus leaves the labels alone when the expression does not match; changes of case do not look at it.
    if (action === "replace" && !found) return labels;
    const value =
      action === "replace"
        ? expand(replacement, found!)
        : action === "lowercase"
          ? text.toLowerCase()
          : text.toUpperCase();
    return new Map(labels).set(target_label, value);
  };
}

function only(labels: Map<string, string>, keep: (name: string) => boolean): Map<string, string> {
  return new Map([...labels].filter(([name]) => keep(name)));
}

function mapNames(labels: Map<string, string>, pattern: RegExp, replacement: string): Map<string, string> {
  const mapped = new Map(labels);
  for (const [name, value] of labels) {
    const found = pattern.exec(name);
    if (found) mapped.set(expand(replacement, found), value);
  }
  return mapped;
}

/** `$1`, `${1}` and `${name}`, and `$$` for a dollar, as Go's `Regexp.Expand` reads them. */
function expand(template: string, found: RegExpExecArray): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === "$$") return "$";
    const name = braced ?? bare!;
    return (/^\d+$/.test(name) ? found[Number(name)] : found.groups?.[name]) ?? "";
  });
}
