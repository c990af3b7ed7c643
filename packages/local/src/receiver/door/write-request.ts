import { deserialize } from "prometheus-remote-write";
import type { IncomingSeries } from "../series.ts";
import { UnpackError, unpackSnappy } from "./snappy.ts";

/** What the library really gives; its types say otherwise. */
interface WriteRequest {
  readonly timeseries: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
    readonly samples: readonly { readonly value: number; readonly timestamp: { toNumber(): number } }[];
  }[];
}

/**
 * The series of a remote-write 1.0 request, in wire order; exemplars and metadata are left out. Rejects with an
 * UnpackError for a body that is no such request, or unpacks to more than `maxBytes`.
 */
export async function decodeWriteRequest(body: Buffer, maxBytes: number): Promise<IncomingSeries[]> {
  const bytes = unpackSnappy(body, maxBytes);
  const { timeseries } = await decodeProtobuf(bytes);
  return timeseries.map(({ labels, samples }) => ({
    labels: labels.map(({ name, value }) => [name, value] as const),
    timestamps: Float64Array.from(samples, ({ timestamp }) => timestamp.toNumber()),
    values: Float64Array.from(samples, ({ value }) => value),
  }));
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
