import { aggregate } from "./aggregate.ts";
import { OPERATE } from "./operators.ts";
import { type Budget, evaluateOverRange, evaluateSelector, evaluateTimestamps } from "./select.ts";
import { isComparison, type ScalarExpression, type VectorExpression } from "./syntax.ts";
import { dropNames, mapRows, type Scalar, type Steps, stepTime, type Vector } from "./value.ts";

/** An expression at every step at once. */
export function evaluateScalar(expression: ScalarExpression, steps: Steps): Scalar {
  const result = new Float64Array(steps.count);
  switch (expression.kind) {
    case "number":
      return result.fill(expression.value);
    case "time":
      return result.map((_, step) => stepTime(steps, step) / 1000);
    case "negate":
      return evaluateScalar(expression.of, steps).map((value) => -value);
    case "binary": {
      const left = evaluateScalar(expression.left, steps);
      const right = evaluateScalar(expression.right, steps);
      return result.map((_, step) => OPERATE[expression.operator](left[step]!, right[step]!));
    }
  }
}

/** @throws {QueryError} */
export function evaluateVector(expression: VectorExpression, steps: Steps, budget: Budget): Vector {
  switch (expression.kind) {
    case "selector":
      return evaluateSelector(expression, steps, budget);
    case "over range":
      return evaluateCall(expression, steps, budget);
    case "timestamp":
      return evaluateTimestamp(expression.of, steps, budget);
    case "aggregate": {
      const rows = evaluateVector(expression.of, steps, budget);
      return aggregate(rows, expression.aggregation, expression.grouping, steps);
    }
    case "plus":
      return evaluateVector(expression.of, steps, budget);
    case "negate":
      return dropNames(
        mapRows(evaluateVector(expression.of, steps, budget), (value) => -value),
        "differ",
      );
    case "binary":
      return evaluateBinary(expression, steps, budget);
  }
}

function evaluateCall(
  { function: name, of }: Extract<VectorExpression, { kind: "over range" }>,
  steps: Steps,
  budget: Budget,
): Vector {
  const rows = evaluateOverRange(name, of, steps, budget);
  // The last sample is a sample of its metric; the others are numbers about it.
  return name === "last_over_time" ? rows : dropNames(rows, "differ");
}

/** Of anything but a selector's samples the time is that of the evaluation. */
function evaluateTimestamp(of: VectorExpression, steps: Steps, budget: Budget): Vector {
  const rows =
    of.kind === "selector"
      ? evaluateTimestamps(of, steps, budget)
      : mapRows(evaluateVector(of, steps, budget), (_value, step) => stepTime(steps, step) / 1000);
  return dropNames(rows, "take turns");
}

function evaluateBinary(
  expression: Extract<VectorExpression, { kind: "binary" }>,
  steps: Steps,
  budget: Budget,
): Vector {
  const { operator, bool, vectorSide } = expression;
  const scalar = evaluateScalar(expression.scalar, steps);
  const rows = evaluateVector(expression.vector, steps, budget);
  const operate = OPERATE[operator];
  const result = (value: number, step: number): number =>
    vectorSide === "left" ? operate(value, scalar[step]!) : operate(scalar[step]!, value);
  if (!isComparison(operator) || bool) return dropNames(mapRows(rows, result), "take turns");
  // A comparison leaves out what is not so, and the rest as it is.
  return mapRows(rows, (value, step) => (result(value, step) === 1 ? value : undefined));
}
