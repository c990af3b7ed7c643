/** One line of a chart. Lines differ by dash, points by their marks, and not by colour alone. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** `line` shows its points, `smooth` hides them, `dots` are points alone. */
  readonly look: "line" | "smooth" | "dots" | "steps";
  /** A CSS variable's name; by its place among the lines when undefined. */
  readonly color?: string;
}
