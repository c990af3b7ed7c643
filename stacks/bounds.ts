/** @throws {RangeError} when `value` is not a whole number within the bounds */
export function bounded(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`Expected \`${name}\` to be an integer from ${least} to ${most}, got \`${value}\``);
}
