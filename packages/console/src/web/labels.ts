const PAIR = /([^=,{}"]+)="((?:[^"\\]|\\.)*)"(,|\})/sy;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", '"': '"', "\\": "\\" };

/** The labels in a series key, `{a="b",c="d"}`; undefined when it is none (unreadable, or cut). */
export function pairsOf(key: string): [name: string, value: string][] | undefined {
  if (!key.startsWith("{") || !key.endsWith("}")) return undefined;
  const pairs: [string, string][] = [];
  PAIR.lastIndex = 1;
  while (key !== "{}" && PAIR.lastIndex < key.length) {
    const found = PAIR.exec(key);
    if (!found) return undefined;
    pairs.push([found[1]!, found[2]!.replace(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole)]);
  }
  return pairs;
}
