import { deserialize } from "prometheus-remote-write";
import type { Exemplar, IncomingSeries, Metadata } from "../series.ts";
import { UnpackError, unpackSnappy } from "./snappy.ts";

/** What the library really gives; its types say otherwise. */
interface WriteRequest {
  readonly timeseries: readonly {
    readonly labels: readonly WireLabel[];
    readonly samples: readonly { readonly value: number; readonly timestamp: Int64 }[];
    readonly exemplars: readonly { readonly labels: readonly WireLabel[]; readonly timestamp: Int64 }[];
  }[];
  readonly metadata: readonly { readonly metricFamilyName: string; readonly help: string; readonly unit: string }[];
}

interface WireLabel {
  readonly name: string;
  readonly value: string;
}

interface Int64 {
  toNumber(): number;
}

/** A remote-write 1.0 request, in wire order. */
export interface WriteBody {
  readonly series: IncomingSeries[];
  readonly metadata: Metadata[];
}

/** The series of a remote-write 1.0 request, as {@link decodeWriteBody} reads it. */
export async function decodeWriteRequest(body: Buffer, maxBytes: number): Promise<IncomingSeries[]> {
  return (await decodeWriteBody(body, maxBytes)).series;
}

/** Rejects with an UnpackError for a body that is no remote-write 1.0 request, or unpacks to more than `maxBytes`. */
export async function decodeWriteBody(body: Buffer, maxBytes: number): Promise<WriteBody> {
  const bytes = unpackSnappy(body, maxBytes);
  const { timeseries, metadata } = await decodeProtobuf(bytes);
  return {
    series: timeseries.map(({ labels, samples, exemplars }) => ({
      labels: labels.map(toPair),
      timestamps: Float64Array.from(samples, ({ timestamp }) => timestamp.toNumber()),
      values: Float64Array.from(samples, ({ value }) => value),
      ...(exemplars.length > 0 && { exemplars: exemplars.map(toExemplar) }),
    })),
    metadata: metadata.map(({ metricFamilyName: metric, help, unit }) => ({ metric, help, unit })),
  };
}

function toExemplar({ labels, timestamp }: WriteRequest["timeseries"][number]["exemplars"][number]): Exemplar {
  return { labels: labels.map(toPair), timestampMs: timestamp.toNumber() };
}

function toPair({ name, value }: WireLabel): readonly [string, string] {
  return [name, value];
}

async function decodeProtobuf(bytes: Buffer): Promise<WriteRequest> {
  try {
    return (await deserialize(bytes as unknown as ArrayBuffer)) as unknown as WriteRequest;
  } catch (error) {
    throw new UnpackError(goWords((error as Error).message));
  }
}

/** The library's complaints in the words of the Go decoder, where the two have the same. */
function goWords(message: string): string {
  if (message.startsWith("index out of range")) return "unexpected EOF";
  const wireType = /^invalid wire type (\d)/.exec(message)?.[1];
  if (wireType === "4") return "proto: WriteRequest: wiretype end group for non-group";
  return wireType === undefined ? `proto: ${message}` : `proto: illegal wireType ${wireType}`;
}
