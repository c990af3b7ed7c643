import { jsonValue, type MessageSeries, type Reason } from "@penstock/model";
import type { Refusal } from "@penstock/producer";
import { mediaType, readBody } from "../body.ts";
import { type Door, idempotencyKey, refusalText } from "../door.ts";
import { type Limits, Meter } from "../limits.ts";
import { Problem, textAnswer } from "../problem.ts";
import { decodeProtobuf, type Shape } from "../protobuf.ts";
import { unpackSnappy } from "../snappy.ts";

/**
 * `POST /api/v1/write`: Prometheus remote write 1.0 (prometheus.io, "Prometheus Remote-Write 1.0 specification"). 204 when
 * all of a request was taken; 400 with the reasons when a sample was refused, the others being taken; 415 for 2.0, on
 * which senders fall back to 1.0. Exemplars and metadata are left out, as are stale markers: a message cannot carry the
 * NaN that they are, and any other NaN would be a value.
 */
export const remoteWriteDoor: Door = {
  async take(request, { deliver, limits }) {
    requireVersion1(request);
    const { series, refused } = readWriteRequest(
      unpackSnappy(await readBody(request, limits), limits.maxDecodedBytes),
      limits,
    );
    // What a Prometheus scrapes are gauges and counters that only grow, never increments.
    const load = { kind: "cumulative", series } as const;
    const delivered = await deliver([load], { writer: "remote-write", id: idempotencyKey(request, "write") });
    const all = [...refused, ...delivered.refused];
    if (all.length > 0) return textAnswer(new Problem(400, refusalText(all)));
    return new Response(null, { status: 204 });
  },
  refuse: textAnswer,
};

const PROTOBUF = "application/x-protobuf";
const VERSION_1 = "prometheus.WriteRequest";

/** @throws {Problem} 415 */
function requireVersion1(request: Request): void {
  const { headers } = request;
  const type = headers.get("content-type") ?? PROTOBUF;
  const proto = /;\s*proto=\s*"?([^;"\s]+)/.exec(type)?.[1] ?? VERSION_1;
  if (headers.has("content-type") && (mediaType(request) !== PROTOBUF || proto !== VERSION_1)) {
    throw new Problem(415, `Expected remote write 1.0, \`Content-Type: ${PROTOBUF};proto=${VERSION_1}\`, got ${type}`);
  }
  const encoding = headers.get("content-encoding") ?? "snappy";
  if (encoding !== "snappy") throw new Problem(415, `Expected \`Content-Encoding\` to be snappy, got ${encoding}`);
}

interface WriteRequest {
  readonly timeseries?: readonly {
    readonly labels?: readonly { readonly name?: string; readonly value?: string }[];
    readonly samples?: readonly { readonly value?: bigint; readonly timestamp?: bigint }[];
    readonly histograms?: readonly unknown[];
  }[];
}

const LABEL: Shape = { 1: { name: "name", type: "string" }, 2: { name: "value", type: "string" } };
const SAMPLE: Shape = { 1: { name: "value", type: "fixed64" }, 2: { name: "timestamp", type: "int64" } };
const SERIES: Shape = {
  1: { name: "labels", type: () => LABEL, repeated: true },
  2: { name: "samples", type: () => SAMPLE, repeated: true },
  // Only counted.
  4: { name: "histograms", type: () => ({}), repeated: true },
};
const WRITE_REQUEST: Shape = { 1: { name: "timeseries", type: () => SERIES, repeated: true } };

/** The NaN that says that a series has ended (prometheus/model/value, StaleNaN). */
const STALE_BITS = 0x7ff0000000000002n;

function readWriteRequest(bytes: Buffer, limits: Limits): { series: MessageSeries[]; refused: Refusal[] } {
  const elements = new Meter(limits.maxElements, "labels and samples");
  const { timeseries = [] } = decodeProtobuf(WRITE_REQUEST, bytes, elements) as WriteRequest;
  new Meter(limits.maxSeries, "series").add(timeseries.length);
  const series: MessageSeries[] = [];
  const refused: Refusal[] = [];
  for (const { labels = [], samples = [], histograms = [] } of timeseries) {
    const metric = Object.fromEntries(labels.map(({ name = "", value = "" }) => [name, value]));
    const refuse = (reason: Reason, detail: string, count: number) =>
      refused.push({ reason, detail, samples: count, metric });
    if (histograms.length > 0) {
      refuse("value_invalid", "Expected float samples: native histograms cannot be queued", histograms.length);
    }
    const told = samples.filter(({ value }) => value !== STALE_BITS);
    if (told.length === 0) continue;
    if (Object.keys(metric).length < labels.length) {
      refuse("duplicate_label_names", "Expected each label once", told.length);
    } else {
      series.push({
        metric,
        timestamps: told.map(({ timestamp = 0n }) => Number(timestamp)),
        values: told.map(({ value = 0n }) => jsonValue(doubleOf(value))),
      });
    }
  }
  return { series, refused };
}

const bits = new DataView(new ArrayBuffer(8));

function doubleOf(value: bigint): number {
  bits.setBigUint64(0, value);
  return bits.getFloat64(0);
}
