import { type Limits, Meter } from "../limits.ts";
import { EXPORT_REQUEST, type ExportRequest } from "../otlp/messages.ts";
import { Problem } from "../problem.ts";
import { decodeProtobuf } from "../protobuf.ts";
import { readDatumLine } from "./json.ts";
import { type DatumRead, readDatumRequest } from "./otel.ts";

const NEWLINE = 0x0a;
/** `{"`, as every line begins. A protobuf message of 123 bytes begins with `{` too, and then with field 1. */
const JSON_START: Buffer = Buffer.from('{"');

/** Reads the records of one request, whose elements are counted together. */
export class MetricStreamReader {
  readonly #elements: Meter;

  constructor({ maxElements }: Limits) {
    this.#elements = new Meter(maxElements, "data points and attributes");
  }

  /**
   * The data points of one record; what cannot be read is a fault in its place. Of a record in OpenTelemetry what follows
   * a fault is lost with it, as nothing says where the next message begins.
   *
   * @throws {Problem} 413 for too many elements
   */
  *read(record: Buffer): Generator<DatumRead> {
    if (record.subarray(0, JSON_START.length).equals(JSON_START)) yield* this.#readLines(record);
    else yield* this.#readRequests(record);
  }

  *#readLines(record: Buffer): Generator<DatumRead> {
    for (let start = 0; start < record.length; ) {
      const end = record.indexOf(NEWLINE, start);
      const line = record.toString("utf8", start, end === -1 ? record.length : end).trim();
      start = end === -1 ? record.length : end + 1;
      if (line === "") continue;
      this.#elements.add();
      yield* guarded(() => [readDatumLine(line)]);
    }
  }

  /** Messages one behind the other, each with its length as a varint before it. */
  *#readRequests(record: Buffer): Generator<DatumRead> {
    if (record.length === 0) yield { fault: "Expected data, got none" };
    for (let at = 0; at < record.length; ) {
      const { length, start } = readVarint(record, at);
      const end = start + length;
      if (!(end <= record.length)) {
        yield { fault: "Expected JSON lines, or OpenTelemetry 1.0.0 with lengths, got neither, or a part" };
        return;
      }
      yield* guarded(() => [
        ...readDatumRequest(
          decodeProtobuf(EXPORT_REQUEST, record.subarray(start, end), this.#elements) as ExportRequest,
        ),
      ]);
      at = end;
    }
  }
}

/** What is unreadable is a fault, what is too much is not. */
function guarded(read: () => readonly DatumRead[]): readonly DatumRead[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return [{ fault: error.message }];
    throw error;
  }
}

/** NaN for what is no varint of 32 bits. */
function readVarint(bytes: Buffer, at: number): { length: number; start: number } {
  let length = 0;
  for (let i = 0; i < 5 && at + i < bytes.length; i++) {
    const byte = bytes[at + i]!;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { length, start: at + i + 1 };
  }
  return { length: Number.NaN, start: at };
}
