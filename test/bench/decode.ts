import { decodeMessage, encodeMessage, type MessageSeries } from "@penstock/model";
import { createSignedFetcher } from "aws-sigv4-fetch";
import { encoderOf } from "../../packages/remote-write/src/codec.ts";
import { compare, type Line, type Size } from "./measure.ts";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** What a sample costs before it can be placed, and what signing adds to sending it. */
export async function decode(size: Size): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [series, samples] of [
    [250, 1],
    [100, 20],
  ] as const) {
    const data = someSeries(series, samples);
    const body = encodeMessage({ v: 1, id: "message-1", series: data });
    const parsed = await compare(
      () => decodeMessage(body),
      () => JSON.parse(body),
      series * samples,
      size,
    );
    lines.push({ name: `decode ${series}×${samples}`, unit: "ns/sample", ...parsed, note: "against JSON.parse alone" });
  }
  return [...lines, await signing(size)];
}

/** Signing hashes the body in JavaScript; it is to stay below what making the body and all else of a sample costs. */
async function signing(size: Size): Promise<Line> {
  const data = someSeries(500, 20);
  const samples = 500 * 20;
  const wire = data.map(({ metric, timestamps, values }) => ({
    labels: Object.entries(metric),
    timestamps,
    values: values as number[],
  }));
  const body = await encoderOf("direct")(wire);
  const message = encodeMessage({ v: 1, id: "message-1", series: data });
  const fetch = async (): Promise<Response> => new Response(undefined, { status: 204 });
  const sign = createSignedFetcher({ service: "aps", region: "eu-west-1", credentials: CREDENTIALS, fetch });
  const url = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write";
  const decodeAndEncode = async () => {
    decodeMessage(message);
    await encoderOf("direct")(wire);
  };
  const compared = await compare(() => sign(url, { method: "POST", body }), decodeAndEncode, samples, size);
  return { name: "signing 500×20", unit: "ns/sample", ...compared, note: "against decoding and encoding the same" };
}

function someSeries(series: number, samples: number): (MessageSeries & { metric: Record<string, string> })[] {
  return Array.from({ length: series }, (_, i) => ({
    metric: {
      __name__: "http_server_requests_total",
      instance: `ip-10-0-0-${i}.eu-west-1`,
      method: i % 3 === 0 ? "POST" : "GET",
      region: "eu-west-1",
      route: `/api/v1/customers/{id}/orders/${i % 40}`,
      service: "checkout-service",
      status: String(200 + (i % 5)),
    },
    timestamps: Array.from({ length: samples }, (_, j) => 1_795_475_000_000 + j * 15_000),
    values: Array.from({ length: samples }, (_, j) => ((i * 31 + j * 17) % 1_000) / 8),
  }));
}
