/** Classes that mean the same in RE2 and in JavaScript. */
const SHARED_CLASSES = "dDwW";
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const CONTROLS = "fnrtv";

/** A regular expression that this translation does not do. */
export class RegExpError extends Error {}

/**
 * The whole-text matcher that Prometheus makes of a matcher's value, from RE2's syntax to JavaScript's.
 *
 * @throws {RegExpError} for what the two read differently, and for what is no expression in either
 */
export function compileAnchored(pattern: string): RegExp {
  let source = "";
  for (let i = 0; i < pattern.length; ) {
    const [translated, length] = translate(pattern, i);
    source += translated;
    i += length;
  }
  try {
    return new RegExp(`^(?:${source})$`, "u");
  } catch (error) {
    throw new RegExpError((error as Error).message);
  }
}

/** The next piece in JavaScript, and how long it is in the pattern. */
function translate(pattern: string, at: number): [translated: string, length: number] {
  const rest = pattern.slice(at, at + 3);
  if (rest[0] === "\\") return [escaped(rest[1], false), 2];
  if (rest[0] === "[") return characterClass(pattern, at);
  // JavaScript's dot leaves out more line ends than RE2's.
  if (rest[0] === ".") return ["[^\\n]", 1];
  if (rest.startsWith("(?") && rest[2] !== ":") throw unsupported(`${rest}…`);
  // Possessive and doubled repetitions are errors in RE2, lazy ones the same in both.
  return [pattern[at]!, 1];
}

function escaped(character: string | undefined, inClass: boolean): string {
  if (character === undefined) throw unsupported("a backslash at the end");
  if (character === "-" && !inClass) return "-";
  if (SHARED_CLASSES.includes(character) || CONTROLS.includes(character)) return `\\${character}`;
  if (!PUNCTUATION.test(character)) throw unsupported(`\\${character}`);
  return SYNTAX.test(character) || character === "-" ? `\\${character}` : character;
}

function characterClass(pattern: string, start: number): [translated: string, length: number] {
  let at = start + 1;
  let source = "[";
  if (pattern[at] === "^") {
    source += "^";
    at++;
  }
  if (pattern[at] === "]") throw unsupported("a `]` at the start of a class");
  for (; at < pattern.length && pattern[at] !== "]"; at++) {
    const character = pattern[at]!;
    if (character === "[" && pattern[at + 1] === ":") throw unsupported("a named class");
    source += character === "\\" ? escaped(pattern[++at], true) : character === "[" ? "\\[" : character;
  }
  return [`${source}]`, at + 1 - start];
}

/** What an expression with the flag `u` may escape. */
const SYNTAX = /[\\^$.*+?()[\]{}|/]/;

function unsupported(what: string): RegExpError {
  return new RegExpError(`${what} in a regular expression`);
}
