/** What a promise gives, or `late` when that takes longer. The promise itself goes on. */
export function within<T>(waitMs: number, promise: Promise<T>): Promise<T | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), waitMs);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
