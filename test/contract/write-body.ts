import { createRequire } from "node:module";
import { serialize } from "prometheus-remote-write";
import type { IncomingSeries, Metadata } from "../../packages/local/src/receiver/index.ts";

/** The snappy that prometheus-remote-write has. */
const snappy = createRequire(import.meta.resolve("prometheus-remote-write"))("snappyjs") as {
  compress(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
};

export function compress(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return snappy.compress(bytes);
}

/** What the library really takes; its types say otherwise. */
type Timeseries = Parameters<typeof serialize>[0];

/** The headers of a remote-write 1.0 request. */
export const WRITE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

/** A remote-write 1.0 body, also of series that no good sender makes. */
export async function encodeWrite(
  series: readonly IncomingSeries[],
  metadata: readonly Metadata[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  const body = {
    timeseries: series.map(({ labels, timestamps, values, exemplars = [] }) => ({
      labels: labels.map(toLabel),
      samples: Array.from(timestamps, (timestamp, i) => ({ timestamp, value: values[i] })),
      exemplars: exemplars.map((exemplar) => ({
        labels: exemplar.labels.map(toLabel),
        timestamp: exemplar.timestampMs,
      })),
    })),
    metadata: metadata.map(({ metric, ...texts }) => ({ metricFamilyName: metric, ...texts })),
  };
  return compress(new Uint8Array(await serialize(body as unknown as Timeseries)));
}

function toLabel([name, value]: readonly [string, string]): { name: string; value: string } {
  return { name, value };
}
