/** What Prometheus writes when a series ends: a NaN of its own (model/value/value.go). */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const HIGH: number = LITTLE_ENDIAN ? 1 : 0;

const floats = new Float64Array(2);
const words = new Uint32Array(floats.buffer);

/** Whether two values have the same bits, as `math.Float64bits` compares them: NaNs differ, and so do 0 and −0. */
export function sameBits(a: number, b: number): boolean {
  floats[0] = a;
  floats[1] = b;
  return words[0] === words[2] && words[1] === words[3];
}

/** Whether this is the stale marker. Only a value read from a typed array still has its bits. */
export function isStale(value: number): boolean {
  if (!Number.isNaN(value)) return false;
  floats[0] = value;
  return words[HIGH] === STALE_HIGH && words[1 - HIGH] === STALE_LOW;
}
