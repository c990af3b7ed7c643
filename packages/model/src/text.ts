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

/** A value for an error sentence: JSON where there is one, short. */
export function show(value: unknown): string {
  return cut(jsonOf(value) ?? String(value), 80);
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.parse reads any depth, and JSON.stringify ends its stack some thousands of levels down.
    if (error instanceof RangeError) return "something nested too deeply to show";
    throw error;
  }
}
