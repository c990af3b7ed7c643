/** Bytes of `text` in UTF-8, without encoding it. A lone surrogate counts three, as its replacement character would. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text.charCodeAt(i + 1))) {
      // A pair is two units and four bytes.
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** `text` cut to at most `length` UTF-16 units, never through a surrogate pair; a cut is marked with an ellipsis. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = isLowSurrogate(text.charCodeAt(length - 1)) ? length - 2 : length - 1;
  return `${text.slice(0, end)}…`;
}

/** Characters of a value in an error sentence. */
const MAX_SHOWN_LENGTH = 80;

/** A value for an error sentence: JSON where it has one, cut. Never throws, whatever the value is. */
export function show(value: unknown): string {
  try {
    if (value instanceof Error) return cut(String(value), MAX_SHOWN_LENGTH);
    // JSON says null for numbers that it lacks.
    const json = typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : undefined;
    return cut(json ?? String(value), MAX_SHOWN_LENGTH);
  } catch {
    // A circle, a getter that throws, or levels past JSON.stringify's stack: JSON.parse reads any depth.
    return "something that cannot be shown";
  }
}

/**
 * JSON text as SQS takes it: of the characters that JSON leaves as they are, SQS refuses two, U+FFFE and U+FFFF
 * (SendMessage: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF).
 */
export function queueText(json: string): string {
  return json.replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
