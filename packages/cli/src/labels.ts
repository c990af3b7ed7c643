import type { Matcher } from "@penstock/model";

/** A metric's name and what stands in its braces, as PromQL and the text format write both. */
export interface Braced {
  /** "" when there is none. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** What follows. */
  readonly rest: string;
}

const NAME = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*/;
const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\\n]|\\.)*)"\s*(,|(?=\}))/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", '"': '"', "\\": "\\" };

/** Reads `name{a="b",c=~"d"} rest`. @throws {SyntaxError} saying where it stopped */
export function parseBraced(text: string): Braced {
  const [head, name = ""] = NAME.exec(text)!;
  let rest = text.slice(head.length);
  if (!rest.startsWith("{")) return { name, matchers: [], rest };
  rest = rest.slice(1);
  const matchers: Matcher[] = [];
  while (!/^\s*\}/.test(rest)) {
    const found = MATCHER.exec(rest);
    if (!found) throw new SyntaxError(`Expected a label such as a="b", got \`${rest.slice(0, 40)}\``);
    matchers.push({ name: found[1]!, op: found[2] as Matcher["op"], value: unescapeText(found[3]!) });
    rest = rest.slice(found[0].length);
  }
  return { name, matchers, rest: rest.slice(rest.indexOf("}") + 1) };
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
}
