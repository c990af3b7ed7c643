import { escapeValue, jsonValue } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText, labelName, labelValue, metricName } from "../../test/texts.ts";
import { parseLine } from "./line.ts";

const sample = fc.record(
  {
    metric: fc
      .tuple(metricName, fc.dictionary(labelName, labelValue, { maxKeys: 4, noNullPrototype: true }))
      .map(([name, labels]): Record<string, string> => ({ ...labels, __name__: name })),
    // Zero has one sign in text, as it has at the receiver.
    value: fc.double().map((value) => value + 0),
    timestamp: fc.nat(1e14),
  },
  { requiredKeys: ["metric", "value"] },
);

test("a sample is the same in the text format and as a line of JSON", () => {
  fc.assert(
    fc.property(sample, ({ metric, value, timestamp }) => {
      const meant = { metric, value: jsonValue(value), ...(timestamp !== undefined && { timestamp }) };
      const { __name__: name, ...labels } = metric;
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeValue(text)}"`);
      const time = timestamp === undefined ? "" : ` ${timestamp}`;
      expect(parseLine(`${name}{${pairs}} ${value}${time}`)).toEqual(meant);
      expect(parseLine(JSON.stringify(meant))).toEqual(meant);
      expect(parseLine(JSON.stringify(meant, null, " ").replaceAll("\n", ""))).toEqual(meant);
    }),
    { numRuns: 500 },
  );
});

test("any other line is a syntax error, or something that the producer can judge; no word becomes a number", async () => {
  const producer = createProducerOver(async () => [], { flushIntervalMs: 0, onError: () => {} });
  await fc.assert(
    fc.asyncProperty(anyText, async (line) => {
      try {
        const series = parseLine(line);
        if (series === undefined) return;
        await producer.send(series, { kind: "gauge" });
        if ("value" in series && typeof series.value === "string") expect(line).toMatch(/nan|inf/i);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['up{a="1",a="2"} 1', "Expected label `a` once, got it twice"],
  ['up{__name__="down"} 1', "Expected label `__name__` once, got it twice"],
  ['up{a=~"1"} 1', 'Expected a label such as a="b", got `a=~"1"} 1`'],
  ["up 1e999", "Expected a value and perhaps a timestamp in milliseconds, got `1e999`"],
  ["up 1 1795475070.5", "Expected a value and perhaps a timestamp in milliseconds, got `1 1795475070.5`"],
  ["up", "Expected a value and perhaps a timestamp in milliseconds, got ``"],
])("%s is refused: %s", (line, sentence) => {
  expect(() => parseLine(line)).toThrow(new SyntaxError(sentence));
});

test.each(["", "  ", "# HELP up 1 if it is", "#"])("`%s` holds no sample", (line) => {
  expect(parseLine(line)).toBeUndefined();
});
