import { type Matcher, NAME_LABEL } from "@penstock/model";
import { parseBraced } from "../labels.ts";

/** `name`, `{a="b"}` or `name{a="b",c=~"d"}` as matchers. @throws {SyntaxError} */
export function parseSelector(text: string): readonly Matcher[] {
  const { name, matchers, rest } = parseBraced(text);
  if (rest.trim() !== "")
    throw new SyntaxError(`Expected a series selector to end, got \`${rest.trim().slice(0, 40)}\``);
  const all: Matcher[] = name === "" ? [...matchers] : [{ name: NAME_LABEL, op: "=", value: name }, ...matchers];
  if (all.length === 0) throw new SyntaxError('Expected a series selector such as up{job="api"}, got nothing');
  return all;
}
