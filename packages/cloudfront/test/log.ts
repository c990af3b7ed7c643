import fc from "fast-check";
import { fileSeries } from "../src/file.ts";
import { DEFAULT_LABEL_RULES, type LabelRules } from "../src/labels.ts";

export const COLUMNS: readonly string[] = [
  "date",
  "time",
  "sc-status",
  "cs-method",
  "x-host-header",
  "cs-uri-stem",
  "time-taken",
  "c-ip",
];

export type Row = Readonly<Record<string, string>>;

export const ROW: Row = {
  date: "2015-05-17",
  time: "10:05:36",
  "sc-status": "200",
  "cs-method": "GET",
  "x-host-header": "www.example.com",
  "cs-uri-stem": "/",
  "time-taken": "0.208",
  "c-ip": "203.0.113.170",
};

/** A log in this order of columns; a cell that a row lacks is `-`. */
export function log(rows: readonly Row[], columns: readonly string[] = COLUMNS): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? "-").join("\t"));
  return ["#Version: 1.0", `#Fields: ${columns.join(" ")}`, ...lines, ""].join("\n");
}

export const NAME = "E1.2015-05-17-10.gz";

export function read(text: string, rules?: Partial<LabelRules>): ReturnType<typeof fileSeries> {
  return fileSeries(Buffer.from(text), NAME, { ...DEFAULT_LABEL_RULES, ...rules });
}

export const row: fc.Arbitrary<Row> = fc.record({
  date: fc.constantFrom("2015-05-17", "2016-02-29"),
  time: fc.constantFrom("00:00:00", "10:05:36", "23:59:59"),
  "sc-status": fc.constantFrom("000", "200", "404"),
  "cs-method": fc.constantFrom("GET", "POST", "-", "BREW"),
  "x-host-header": fc.constantFrom("www.example.com", "WWW.Example.com", "-", "a%20b"),
  "time-taken": fc.oneof(
    fc.constant("-"),
    fc.nat(70_000).map((ms) => (ms / 1000).toFixed(3)),
  ),
});
