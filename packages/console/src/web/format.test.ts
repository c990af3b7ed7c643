import { expect, test } from "vitest";
import { ago, bytes, count, duration, exactTime, preciseTime, rate, time, whole } from "./format.ts";

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [61_000, "1 m 1 s"],
  [20 * 60_000 + 5_000, "20 m"],
  [26 * 3_600_000, "1 d 2 h"],
  [Number.NaN, "0 s"],
])("%d ms are %s", (ms, words) => expect(duration(ms)).toBe(words));

test("times to come and times gone", () => {
  expect(ago(10_000, 10_400)).toBe("now");
  expect(ago(5_000, 10_000)).toBe("5 s ago");
  expect(ago(70_000, 10_000)).toBe("in 1 m");
});

test("a time says its day unless that is today, and its year unless that is this one", () => {
  const now = new Date(2026, 10, 28, 15, 4, 5, 67);
  const at = now.getTime();
  expect([time(at, at), preciseTime(at, at)]).toEqual(["15:04:05", "15:04:05.067"]);
  const yesterday = new Date(2026, 10, 27, 15, 4, 5, 67).getTime();
  expect([time(yesterday, at), preciseTime(yesterday, at)]).toEqual(["27 Nov 15:04", "27 Nov 15:04:05.067"]);
  expect(time(new Date(2025, 0, 2, 3, 4).getTime(), at)).toBe("2 Jan 2025 03:04");
});

test("a time that is none is shown as it was said", () => {
  expect(exactTime(0)).toBe("1970-01-01T00:00:00.000Z");
  expect(exactTime(1e300)).toBe("1e+300");
});

test.each([
  [0, "0"],
  [0.004, "0"],
  [0.42, "0.42"],
  [12.34, "12.3"],
  [1_234, "1\u202f234"],
])("%d a second is %s", (perSecond, words) => expect(rate(perSecond)).toBe(words));

test("counts and sizes", () => {
  expect([count(1, "letter"), count(0, "letter"), whole(1_234_567)]).toEqual([
    "1 letter",
    "0 letters",
    "1\u202f234\u202f567",
  ]);
  expect([bytes(812), bytes(12_700), bytes(3 * 1_048_576)]).toEqual(["812 B", "12.4 KiB", "3.0 MiB"]);
});
