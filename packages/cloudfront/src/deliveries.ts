import { show } from "@penstock/model";

/** When CloudFront delivered a log file. */
export interface Delivery {
  /** Milliseconds since the epoch. */
  readonly deliveredAtMs: number;
  readonly file: string;
  /** Requests in the file. */
  readonly requests: number;
}

/**
 * Reads a list of deliveries: tab-separated, its columns named in the first line, among them `delivered_at` (UTC,
 * ISO 8601), `file` and `requests`. In the order of the list.
 *
 * @throws Error with a sentence that names the line
 */
export function readDeliveries(text: string): Delivery[] {
  const [header = "", ...lines] = text.split(/\r?\n/);
  const columns = header.split("\t");
  const missing = ["delivered_at", "file", "requests"].find((name) => !columns.includes(name));
  if (missing !== undefined) throw new Error(`Expected a column \`${missing}\` in line 1, got ${show(header)}`);
  return lines.flatMap((line, i) => (line === "" ? [] : [readDelivery(line, columns, i + 2)]));
}

function readDelivery(line: string, columns: readonly string[], number: number): Delivery {
  const cells = line.split("\t");
  const at = (column: string): string => cells[columns.indexOf(column)] ?? "";
  const deliveredAtMs = Date.parse(at("delivered_at"));
  if (Number.isNaN(deliveredAtMs)) {
    throw new Error(`Expected \`delivered_at\` in line ${number} to be a time, got ${show(at("delivered_at"))}`);
  }
  if (at("file") === "") throw new Error(`Expected \`file\` in line ${number} to name a file, got ${show(line)}`);
  const requests = Number(at("requests"));
  if (at("requests") === "" || !Number.isInteger(requests) || requests < 0) {
    throw new Error(`Expected \`requests\` in line ${number} to be a whole number, got ${show(at("requests"))}`);
  }
  return { deliveredAtMs, file: at("file"), requests };
}
