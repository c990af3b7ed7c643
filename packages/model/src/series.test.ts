import { expect, test } from "vitest";
import { seriesKey } from "./series.ts";

test("the series key does not depend on the order of labels, on empty ones, nor on lane and group", () => {
  const labels = { __name__: "m", b: "2", a: 'x"\\\n' };
  expect(seriesKey(labels)).toBe('{__name__="m",a="x\\"\\\\\\n",b="2"}');
  expect(seriesKey({ a: labels.a, b: "2", _unique_id: "3", _group: "g1", c: "", __name__: "m" })).toBe(
    seriesKey(labels),
  );
});
