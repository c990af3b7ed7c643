import { escapeValue, NAME_LABEL } from "@penstock/model";
import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry, Summary } from "prom-client";
import { expect, test } from "vitest";
import { kindOfType, MAX_EXPOSITION_LINE_LENGTH, parseExposition, parseExpositionLine } from "./exposition.ts";

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,10}$/);
const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/).filter((text) => text !== NAME_LABEL);
// A line ends at a line feed, and that is written `\n`.
const value = fc.string({ unit: "binary", maxLength: 12 });
const blank = fc.constantFrom(" ", "  ", "\t");

test("reads back whatever is written in the text format", () => {
  // Zero has one sign in text.
  const finite = fc.double().map((any) => any + 0);
  const number = fc.oneof(finite, fc.constantFrom(NaN, Infinity, -Infinity, 1e300, 5e-324));
  const time = fc.option(fc.integer({ min: 0, max: 2e12 }), { nil: undefined });
  fc.assert(
    fc.property(name, fc.dictionary(labelName, value), number, time, blank, (metric, labels, sample, at, gap) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}${gap}=${gap}"${escapeValue(text)}"`);
      const braces = pairs.length === 0 ? "" : `{${pairs.join(`,${gap}`)}}`;
      const word = Number.isFinite(sample) ? String(sample) : String(sample).replace("Infinity", "Inf");
      const line = `${metric}${braces}${gap}${word}${at === undefined ? "" : gap + at}`;
      expect(parseExpositionLine(line)).toEqual({
        labels: { ...labels, [NAME_LABEL]: metric },
        value: sample,
        timestampMs: at,
      });
    }),
  );
});

test("reads a page of prom-client, and knows what each sample is", async () => {
  const registers = [new Registry()];
  const labelNames = ["path"];
  new Counter({ name: "requests_total", help: 'with "quotes"\nand lines', labelNames, registers }).inc(
    { path: 'a"\\\n' },
    2,
  );
  new Gauge({ name: "size", help: "h", registers }).set(-1.5);
  new Histogram({ name: "took_seconds", help: "h", buckets: [0.1, 1], registers }).observe(0.5);
  new Summary({ name: "took_summary", help: "h", percentiles: [0.5], registers }).observe(3);
  const samples = [...parseExposition(await registers[0]!.metrics())];
  expect(samples.map(({ labels, value: one, type }) => [labels, one, kindOfType(type), type])).toEqual([
    [{ __name__: "requests_total", path: 'a"\\\n' }, 2, "cumulative", "counter"],
    [{ __name__: "size" }, -1.5, "gauge", "gauge"],
    [{ __name__: "took_seconds_bucket", le: "0.1" }, 0, "cumulative", "histogram"],
    [{ __name__: "took_seconds_bucket", le: "1" }, 1, "cumulative", "histogram"],
    [{ __name__: "took_seconds_bucket", le: "+Inf" }, 1, "cumulative", "histogram"],
    [{ __name__: "took_seconds_sum" }, 0.5, "cumulative", "histogram"],
    [{ __name__: "took_seconds_count" }, 1, "cumulative", "histogram"],
    [{ __name__: "took_summary", quantile: "0.5" }, 3, "cumulative", "summary"],
    [{ __name__: "took_summary_sum" }, 3, "cumulative", "summary"],
    [{ __name__: "took_summary_count" }, 1, "cumulative", "summary"],
  ]);
});

test.each([
  ["9lives 1", "Expected a metric name, got `9lives 1`"],
  ["m", "Expected a value and perhaps a timestamp in milliseconds, got ``"],
  ["m 0x10", "Expected a value"],
  ["m constructor", "Expected a value"],
  ["m 1e999", "Expected a value"],
  ['m{__name__="n"} 1', "Expected label `__name__` once, got it twice"],
  ["m 1 1.5", "Expected a value"],
  ["m 1 2 3", "Expected a value"],
  ['m{a="1",a="2"} 1', "Expected label `a` once, got it twice"],
  ['m{a="1} 1', 'Expected a label such as a="b"'],
  ['m{a="\\t"} 1', "Expected an escape"],
  ['m{a="1"', "Expected a label"],
  ["# TYPE m number", "Expected a type"],
  ['m 1 # {trace_id="a"} 1', "Expected a value"],
])("refuses %s and names the line", (line, sentence) => {
  expect(() => [...parseExposition(`good 1\n\n# any words\n${line}\n`)]).toThrow(`Line 4: ${sentence}`);
});

test("a hostile page is read in time that grows with its length only", () => {
  const long = MAX_EXPOSITION_LINE_LENGTH - 10;
  const lines = [
    `m ${"1".repeat(long)}x`,
    `m 1${" ".repeat(long)}x`,
    `${" ".repeat(long)}%`,
    `m{a="${"\\\\".repeat(long / 2 - 5)}`,
    `m{${Array.from({ length: 5000 }, (_, i) => `l${i}="",`).join("")}}`,
    `m{${" ".repeat(long)}`,
  ];
  for (const line of lines) for (let i = 0; i < 20; i++) expect(() => parseExpositionLine(line)).toThrow(SyntaxError);
  expect(() => parseExpositionLine("m".repeat(MAX_EXPOSITION_LINE_LENGTH + 1))).toThrow("Expected a line of at most");
  expect([...parseExposition("\n".repeat(5_000_000))]).toEqual([]);
});
