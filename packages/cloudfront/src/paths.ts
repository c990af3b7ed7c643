/** A path in which `*` stands for any text, cut at the stars. */
export interface PathPattern {
  /** As it was written: the label's value. */
  readonly text: string;
  readonly pieces: readonly string[];
}

/** Strangers ask for paths without end, so only paths that somebody wrote down are labels, and so many of them. */
export const MAX_PATHS = 100;
const MAX_PATTERN_LENGTH = 200;

/** A pattern such as `/`, `/blog/*` or `*.css`; undefined when `text` is none. */
export function pathPattern(text: string): PathPattern | undefined {
  if (!/^[/*][!-~]*$/.test(text) || text.length > MAX_PATTERN_LENGTH) return undefined;
  return { text, pieces: text.split("*") };
}

/** The first pattern that the path matches, `other` when none does; empty when the log does not say. */
export function pathLabel(path: string | undefined, patterns: readonly PathPattern[]): string {
  if (path === undefined) return "";
  return patterns.find((pattern) => matches(path, pattern))?.text ?? "other";
}

/** By searching, not by a regular expression: a stranger's path of 8 KiB must not take longer than its length. */
function matches(path: string, { pieces }: PathPattern): boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return path === first;
  if (!path.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const at = path.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return path.length - last.length >= from && path.endsWith(last);
}
