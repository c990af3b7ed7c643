import { createRequire } from "node:module";
import type { WriteSeries } from "@penstock/model";
import { deserialize } from "prometheus-remote-write";

/** The snappy that prometheus-remote-write has. */
const snappy = createRequire(import.meta.resolve("prometheus-remote-write"))("snappyjs") as {
  uncompress(bytes: Buffer): Buffer;
};

/** What the library really gives; its types say otherwise. */
interface WriteRequest {
  readonly timeseries: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
    readonly samples: readonly { readonly value: number; readonly timestamp: { toNumber(): number } }[];
  }[];
}

/** The series in a remote-write request's body, in wire order. */
export async function decodeRequest(body: Buffer): Promise<WriteSeries[]> {
  const bytes = snappy.uncompress(body) as unknown as ArrayBuffer;
  const request = (await deserialize(bytes)) as unknown as WriteRequest;
  return request.timeseries.map(({ labels, samples }) => ({
    labels: labels.map(({ name, value }) => [name, value] as const),
    timestamps: samples.map(({ timestamp }) => timestamp.toNumber()),
    values: samples.map(({ value }) => value),
  }));
}
