import type { WriteSeries } from "@penstock/model";
import type { pushTimeseries } from "prometheus-remote-write";
import { encodeRequest } from "./encode.ts";
import { loadCompress } from "./snappy.ts";

/**
 * What makes a body of series. `direct` keeps the wire form of labels it has seen, and compresses in
 * WebAssembly; `library` is prometheus-remote-write from end to end. Uncompressed, their bodies are equal
 * byte for byte.
 */
export const CODECS = ["direct", "library"] as const;
export type Codec = (typeof CODECS)[number];

/** Snappy-compressed remote write 1.0. */
export type Encode = (series: readonly WriteSeries[]) => Promise<Uint8Array<ArrayBuffer>>;

/** @throws {TypeError} for a codec that is none */
export function encoderOf(codec: Codec): Encode {
  if (codec === "library") return encodeByLibrary;
  if (codec !== "direct") throw new TypeError(`Expected \`codec\` to be ${CODECS.join(" or ")}, got \`${codec}\``);
  return async (series) => {
    const compress = await loadCompress();
    return compress(encodeRequest(series));
  };
}

type Timeseries = Extract<Parameters<typeof pushTimeseries>[0], readonly unknown[]>[number];

/** The library posts what it encodes; here its post only hands the body over, so that both codecs are sent alike. */
async function encodeByLibrary(series: readonly WriteSeries[]): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded when it is asked for: it is half of what a consumer would load at its start.
  const library = await import("prometheus-remote-write");
  let body: unknown;
  await library.pushTimeseries(series.map(toTimeseries), {
    url: "given to fetch below, which does not ask",
    fetch: async (_url, init) => {
      body = init!.body;
      return { status: 204, statusText: "No Content", text: async () => "" };
    },
  });
  // The library's types say ArrayBufferLike; what it hands over is a view, often of a part of a buffer.
  return body as Uint8Array<ArrayBuffer>;
}

function toTimeseries({ labels, timestamps, values }: WriteSeries): Timeseries {
  const samples = timestamps.map((timestamp, i) => ({ timestamp, value: values[i]! }));
  // Defines properties, so a label named `__proto__` stays a label; the order is the wire's.
  return { labels: Object.fromEntries(labels) as Timeseries["labels"], samples };
}
