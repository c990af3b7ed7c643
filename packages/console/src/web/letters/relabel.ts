import type { RelabelRule } from "../../api.ts";

/** One line of the form: a change of labels as people think of it. */
export interface Step {
  /** Tells it from others while it is edited. */
  readonly id: string;
  readonly what: "rename" | "set" | "drop" | "rule";
  /** A label's name; the rule as JSON. */
  readonly label: string;
  /** The new name, or the value. */
  readonly to: string;
}

export function newStep(): Step {
  return { id: crypto.randomUUID(), what: "rename", label: "", to: "" };
}

/**
 * The steps as Prometheus' relabel rules, in their order.
 *
 * @throws {SyntaxError} for a rule that is no JSON
 */
export function rulesOf(steps: readonly Step[]): RelabelRule[] {
  return steps.filter(({ label }) => label.trim() !== "").flatMap(rulesOfStep);
}

function rulesOfStep({ what, label: text, to: toText }: Step): RelabelRule[] {
  const label = text.trim();
  const to = what === "set" ? toText : toText.trim();
  if (what === "rule") return [JSON.parse(label) as RelabelRule];
  if (what === "drop") return [{ action: "labeldrop", regex: literal(label) }];
  if (what === "set") return [{ target_label: label, replacement: to.replaceAll("$", "$$$$") }];
  if (to === "" || to === label) return [];
  return [
    // Only where the label is: the expression does not match an empty value.
    { source_labels: [label], regex: "(.+)", target_label: to, replacement: "$1" },
    { action: "labeldrop", regex: literal(label) },
  ];
}

/** A text as a regular expression that matches just this text. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
