import type { Matcher } from "@penstock/model";
import { parseMatchers } from "@penstock/operator";

/** `name`, `{a="b"}` or `name{a="b",c=~"d"}` as matchers, at least one. @throws {SyntaxError} */
export function parseSelector(text: string): readonly Matcher[] {
  const matchers = parseMatchers(text);
  if (matchers.length === 0) throw new SyntaxError('Expected a series selector such as up{job="api"}, got nothing');
  return matchers;
}
