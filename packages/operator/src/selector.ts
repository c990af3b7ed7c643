import { type Matcher, NAME_LABEL } from "@penstock/model";

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\\n]|\\.)*)"\s*(,|(?=\}))/;
const BARE = /^[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=|!)/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", '"': '"', "\\": "\\" };
const SHOWN = 40;

/**
 * Matchers as PromQL writes them: `{a="b",c=~"d.*"}`, `name{a="b"}`, `name`; and, for a shell, the inside of the braces
 * alone. An empty text or `{}` has none, and so matches everything.
 *
 * @throws {SyntaxError} saying where it stopped
 */
export function parseMatchers(text: string): Matcher[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (BARE.test(trimmed)) return parseBraces(`{${trimmed}}`);
  const name = NAME.exec(trimmed)?.[0] ?? "";
  const named: Matcher[] = name === "" ? [] : [{ name: NAME_LABEL, op: "=", value: name }];
  const rest = trimmed.slice(name.length).trim();
  return rest === "" ? named : [...named, ...parseBraces(rest)];
}

function parseBraces(text: string): Matcher[] {
  if (!text.startsWith("{")) throw new SyntaxError(`Expected a selector such as up{job="api"}, got \`${cut(text)}\``);
  const matchers: Matcher[] = [];
  let rest = text.slice(1);
  while (!/^\s*\}/.test(rest)) {
    const found = MATCHER.exec(rest);
    if (!found) throw new SyntaxError(`Expected a matcher such as a="b" or a=~"b.*", got \`${cut(rest)}\``);
    const value = found[3]!.replace(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole);
    matchers.push({ name: found[1]!, op: found[2] as Matcher["op"], value });
    rest = rest.slice(found[0].length);
  }
  const after = rest.slice(rest.indexOf("}") + 1).trim();
  if (after !== "") throw new SyntaxError(`Expected the selector to end after \`}\`, got \`${cut(after)}\``);
  return matchers;
}

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/**
 * Whether a value fulfils a matcher; a missing label is an empty value, as in PromQL. Regular expressions match the whole
 * value. They are JavaScript's here and RE2's at a receiver, which agree but for RE2's rarer syntax.
 *
 * @throws {SyntaxError} for a regular expression that is none
 */
export function compileMatcher({ name, op, value }: Matcher): (actual: string | undefined) => boolean {
  if (op === "=") return (actual = "") => actual === value;
  if (op === "!=") return (actual = "") => actual !== value;
  const pattern = wholly(name, value);
  if (op === "=~") return (actual = "") => pattern.test(actual);
  return (actual = "") => !pattern.test(actual);
}

/** A regular expression anchored at both ends. @throws {SyntaxError} naming `name` */
export function wholly(name: string, source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, "s");
  } catch (error) {
    throw new SyntaxError(
      `Expected a regular expression for \`${name}\`, got \`${source}\`: ${(error as Error).message}`,
    );
  }
}
