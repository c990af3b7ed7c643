import { createRequire } from "node:module";
import { serialize } from "prometheus-remote-write";
import type { IncomingSeries } from "../../packages/local/src/receiver/index.ts";

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
export async function encodeWrite(series: readonly IncomingSeries[]): Promise<Uint8Array<ArrayBuffer>> {
  const timeseries = series.map(({ labels, timestamps, values }) => ({
    labels: labels.map(([name, value]) => ({ name, value })),
    samples: Array.from(timestamps, (timestamp, i) => ({ timestamp, value: values[i] })),
  }));
  return compress(new Uint8Array(await serialize({ timeseries } as unknown as Timeseries)));
}
