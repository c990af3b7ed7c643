/**
 * JSON text as SQS takes it: of the characters that JSON leaves as they are, SQS refuses two, U+FFFE and U+FFFF
 * (SendMessage: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF).
 */
export function queueText(json: string): string {
  return json.replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
