import { parseNumber } from "./literals.ts";
import { parseOffset, parseRangeSelector, parseSelector } from "./parse-selector.ts";
import { badData, notInSubset } from "./query-error.ts";
import {
  AGGREGATIONS,
  type Expression,
  type Grouping,
  isComparison,
  isScalar,
  isVector,
  OPERATORS,
  type Operator,
  RANGE_FUNCTIONS,
  type ScalarExpression,
  typeOf,
  type VectorExpression,
} from "./syntax.ts";
import { type Node, parseTree } from "./tree.ts";

/** Of expressions in expressions; more is nobody's query. */
const MAX_DEPTH = 100;

/**
 * A query as the local subset understands it.
 *
 * @throws {QueryError} for what is no PromQL, and for PromQL outside the subset
 */
export function parseQuery(query: string): Expression {
  return parseExpression(parseTree(query).expressions[0]!, 0);
}

function parseExpression(node: Node, depth: number): Expression {
  if (depth > MAX_DEPTH) throw notInSubset(`A query nested more than ${MAX_DEPTH} deep`);
  switch (node.name) {
    case "NumberDurationLiteral":
      return { kind: "number", value: parseNumber(node.text) };
    case "VectorSelector":
      return parseSelector(node);
    case "MatrixSelector":
      return parseRangeSelector(node);
    case "OffsetExpr":
      return parseOffset(node);
    case "ParenExpr":
      return parseExpression(node.expressions[0]!, depth + 1);
    case "UnaryExpr":
      return parseUnary(node, depth);
    case "BinaryExpr":
      return parseBinary(node, depth);
    case "AggregateExpr":
      return parseAggregate(node, depth);
    case "FunctionCall":
      return parseCall(node, depth);
    default:
      throw notInSubset(node.text);
  }
}

function parseUnary(node: Node, depth: number): ScalarExpression | VectorExpression {
  const operand = operandOf(parseExpression(node.expressions[0]!, depth + 1));
  if (node.child("UnaryOp")!.text === "-") return negate(operand);
  return isScalar(operand) ? operand : { kind: "plus", of: operand };
}

function negate(of: ScalarExpression | VectorExpression): ScalarExpression | VectorExpression {
  return isScalar(of) ? { kind: "negate", type: "scalar", of } : { kind: "negate", type: "vector", of };
}

function operandOf(expression: Expression): ScalarExpression | VectorExpression {
  if (isScalar(expression) || isVector(expression)) return expression;
  throw badData(`parse error: expected an instant vector or a scalar as operand, got ${typeOf(expression)}`);
}

function parseBinary(node: Node, depth: number): ScalarExpression | VectorExpression {
  const [leftNode, rightNode] = node.expressions as [Node, Node];
  const token = node.children.find(({ isExpression, name }) => !isExpression && name !== "LineComment")!.text;
  const operator = OPERATORS.find((known) => known === token);
  if (!operator || node.child("MatchingModifierClause") || node.child("FillModifier")) throw notInSubset(node.text);
  const bool = node.child("BoolModifier") !== undefined;
  if (bool && !isComparison(operator)) {
    throw badData("parse error: bool modifier can only be used on comparison operators");
  }
  const right = operandOf(parseExpression(rightNode, depth + 1));
  // Prometheus reads -1 ^ 2 as -(1 ^ 2); this grammar takes the sign for the number's own.
  if (operator === "^" && leftNode.name === "NumberDurationLiteral" && leftNode.text.startsWith("-")) {
    const left: ScalarExpression = { kind: "number", value: -parseNumber(leftNode.text) };
    return negate(combine(node, { operator, bool }, left, right));
  }
  return combine(node, { operator, bool }, operandOf(parseExpression(leftNode, depth + 1)), right);
}

function combine(
  node: Node,
  { operator, bool }: { readonly operator: Operator; readonly bool: boolean },
  left: ScalarExpression | VectorExpression,
  right: ScalarExpression | VectorExpression,
): ScalarExpression | VectorExpression {
  if (isScalar(left) && isScalar(right)) {
    if (isComparison(operator) && !bool) {
      throw badData("parse error: comparisons between scalars must use BOOL modifier");
    }
    return { kind: "binary", type: "scalar", operator, left, right };
  }
  const shared = { kind: "binary", type: "vector", operator, bool } as const;
  if (isVector(left) && isScalar(right)) return { ...shared, vector: left, scalar: right, vectorSide: "left" };
  if (isScalar(left) && isVector(right)) return { ...shared, vector: right, scalar: left, vectorSide: "right" };
  throw notInSubset(`An operation between two vectors (${node.text})`);
}

function parseAggregate(node: Node, depth: number): VectorExpression {
  const operator = node.child("AggregateOp")!.text.toLowerCase();
  const aggregation = AGGREGATIONS.find((name) => name === operator);
  if (!aggregation) throw notInSubset(`\`${operator}\``);
  const operands = node.child("FunctionCallBody")!.expressions;
  if (operands.length !== 1) {
    throw badData(
      `parse error: wrong number of arguments for aggregate expression, expected 1, got ${operands.length}`,
    );
  }
  const of = vectorArgument(operands[0]!, depth, "aggregation expression");
  return { kind: "aggregate", aggregation, grouping: parseGrouping(node.child("AggregateModifier")), of };
}

function parseGrouping(node: Node | undefined): Grouping {
  if (!node) return { kind: "by", labels: [] };
  const names = node.child("GroupingLabels")!;
  const quoted = names.child("QuotedLabelName");
  if (quoted) throw notInSubset(`The quoted label name ${quoted.text}`);
  const labels = names.childrenNamed("LabelName").map(({ text }) => text);
  return { kind: node.child("By") ? "by" : "without", labels };
}

function parseCall(node: Node, depth: number): ScalarExpression | VectorExpression {
  const name = node.child("FunctionIdentifier")!.text;
  const operands = node.child("FunctionCallBody")!.expressions;
  if (name === "time") {
    expectArguments(name, operands, 0);
    return { kind: "time" };
  }
  if (name === "timestamp") {
    expectArguments(name, operands, 1);
    return { kind: "timestamp", of: vectorArgument(operands[0]!, depth, `call to function "${name}"`) };
  }
  const overRange = RANGE_FUNCTIONS.find((known) => known === name);
  if (!overRange) throw notInSubset(`\`${name}()\``);
  expectArguments(name, operands, 1);
  const of = parseExpression(operands[0]!, depth + 1);
  if (of.kind === "range selector") return { kind: "over range", function: overRange, of };
  throw badData(`parse error: expected type range vector in call to function "${name}", got ${typeOf(of)}`);
}

function expectArguments(name: string, operands: readonly Node[], expected: number): void {
  if (operands.length === expected) return;
  throw badData(`parse error: expected ${expected} argument(s) in call to "${name}", got ${operands.length}`);
}

function vectorArgument(node: Node, depth: number, place: string): VectorExpression {
  const expression = parseExpression(node, depth + 1);
  if (isVector(expression)) return expression;
  throw badData(`parse error: expected type instant vector in ${place}, got ${typeOf(expression)}`);
}
