import type { Matcher } from "@penstock/model";
import { parseMatchers } from "@penstock/operator";

/** A parenthesis before any brace or quote: of a PromQL expression, which a stranger tries here first. */
const EXPRESSION = /^[^{"]*\(/;

/** `name`, `{a="b"}` or `name{a="b",c=~"d"}` as matchers, at least one. @throws {SyntaxError} */
export function parseSelector(text: string): readonly Matcher[] {
  if (EXPRESSION.test(text)) {
    const cure = "put it to the receiver's own query API, /api/v1/query";
    throw new SyntaxError(`Expected a series selector such as up{job="api"}, got the expression \`${text}\`: ${cure}`);
  }
  const matchers = parseMatchers(text);
  if (matchers.length === 0) throw new SyntaxError('Expected a series selector such as up{job="api"}, got nothing');
  return matchers;
}
