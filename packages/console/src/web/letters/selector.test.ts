import { type Matcher, seriesKey } from "@penstock/model";
import { compileFilter, type Letter, parseMatchers } from "@penstock/operator";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairsOf } from "../labels.ts";
import { matcher, matchersOf, narrowed } from "./selector.ts";

const name = fc
  .stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
  .filter((text) => text !== "_group" && text !== "_unique_id");
const value = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a"b', "a\\b", "a\nb", "}", ',b="c"', "<script>"));
const labels = fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true });
const selectors = fc.array(fc.record({ name, op: fc.constantFrom("=", "!="), value }), { maxLength: 4 });

function written(matchers: readonly { name: string; op: string; value: string }[]): string {
  return `{${matchers.map((one) => matcher(one.name, one.value).replace("=", one.op)).join(",")}}`;
}

/** A letter with this one series. */
function letterOf(metric: Record<string, string>): Letter {
  return { series: [{ key: seriesKey(metric), labels: metric }], reason: "r" } as unknown as Letter;
}

describe("a row of the pivot", () => {
  test("gives back the labels of any series key", () => {
    fc.assert(
      fc.property(labels, (metric) => {
        expect(Object.fromEntries(pairsOf(seriesKey(metric))!)).toEqual(metric);
      }),
    );
  });

  test("of a series narrows the selector to letters that hold it", () => {
    fc.assert(
      fc.property(labels, labels, (metric, other) => {
        const matchers = parseMatchers(narrowed("", matchersOf(["series"], [seriesKey(metric)])));
        const { takes } = compileFilter(
          matchers.filter(({ name: word }) => !["reason", "writer", "group", "kind", "id"].includes(word)),
        );
        expect(takes(letterOf(metric))).toBe(true);
        const holds = Object.entries(metric).every(([label, text]) => other[label] === text);
        if (!["reason", "writer", "group", "kind", "id"].some((word) => word in metric))
          expect(takes(letterOf(other))).toBe(holds);
      }),
    );
  });

  test("adds its matchers to those that are there, once", () => {
    fc.assert(
      fc.property(selectors, selectors, fc.option(name), (before, added, metricName) => {
        const rest = written(before);
        const selector = metricName === null ? rest : `${metricName}${rest}`;
        const some = added.map((one) => matcher(one.name, one.value));
        const once = narrowed(selector, some);
        const plain = (text: string): Set<string> =>
          new Set(parseMatchers(text).map((one: Matcher) => JSON.stringify(one)));
        const expected = plain(selector).union(
          new Set(added.map((one) => JSON.stringify({ name: one.name, op: "=", value: one.value }))),
        );
        expect(plain(once)).toEqual(expected);
        expect(narrowed(once, some)).toBe(once);
      }),
    );
  });

  test.each([
    [["reason", "hour"], ["refused", "2026-11-23T12:00:00.000Z"], ['reason="refused"']],
    [["metric"], ["up"], ['__name__="up"']],
    [["writer"], [""], ['writer=""']],
    [["series"], ['{__name__="up",http.method="GET"}'], ['__name__="up"']],
    [["series"], ["{cut…"], []],
  ])("by %j with %j is %j", (by, values, expected) => {
    expect(matchersOf(by, values)).toEqual(expected);
  });
});
