import type { WriteSeries } from "@penstock/model";
import { pushTimeseries } from "prometheus-remote-write";
import { pushTimeseries as stockPushTimeseries } from "prometheus-remote-write-stock";
import { type Codec, encoderOf } from "../../packages/remote-write/src/codec.ts";
import { compare, type Line, type Size } from "./measure.ts";

/** Series and samples → remote-write body, against the library's own serialise and compress. */
export async function wire(size: Size): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [series, samples, atLeast] of [
    [2_000, 1, 10],
    [500, 20, 6],
  ] as const) {
    const data = someSeries(series, samples);
    const ours = () => encoderOf("direct" satisfies Codec)(data);
    const shape = `${series}×${samples}`;
    const units = series * samples;
    const stock = await compare(ours, byLibrary(data, stockPushTimeseries), units, size);
    const faster = await compare(ours, byLibrary(data, pushTimeseries), units, size);
    lines.push(
      { name: `wire ${shape}`, unit: "ns/sample", ...stock, atLeast, note: "the library as npm installs it" },
      { name: `wire ${shape}, protobufjs 8`, unit: "ns/sample", ...faster, note: "the library with our override" },
    );
  }
  return lines;
}

/** As its users call it: with labels as objects, the body taken where it would be posted. */
function byLibrary(series: readonly WriteSeries[], push: typeof pushTimeseries): () => Promise<unknown> {
  const timeseries = series.map(({ labels, timestamps, values }) => ({
    labels: Object.fromEntries(labels) as { __name__: string },
    samples: timestamps.map((timestamp, i) => ({ timestamp, value: values[i]! })),
  }));
  const fetch = async () => ({ status: 204, statusText: "", text: async () => "" });
  return () => push(timeseries, { url: "http://127.0.0.1", fetch });
}

function someSeries(series: number, samples: number): WriteSeries[] {
  return Array.from({ length: series }, (_, i) => ({
    labels: [
      ["__name__", "http_server_requests_total"],
      ["_unique_id", "1"],
      ["instance", `ip-10-0-${i >> 8}-${i & 255}.eu-west-1`],
      ["method", i % 3 === 0 ? "POST" : "GET"],
      ["region", "eu-west-1"],
      ["route", `/api/v1/customers/{id}/orders/${i % 40}`],
      ["service", "checkout-service"],
      ["status", String(200 + (i % 5))],
    ],
    timestamps: Array.from({ length: samples }, (_, j) => 1_795_475_000_000 + j * 15_000 + (i % 1_000)),
    values: Array.from({ length: samples }, (_, j) => ((i * 31 + j * 17) % 1_000) / 8),
  }));
}
