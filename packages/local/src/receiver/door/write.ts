import { type Answer, refuse } from "../answer.ts";
import type { LocalReceiver } from "../receiver.ts";
import { readBody } from "./request-body.ts";
import { claimedLength, UnpackError } from "./snappy.ts";
import { decodeWriteBody } from "./write-request.ts";

/** One write as it came to the door. */
export interface Write {
  readonly answer: Answer;
  readonly series: number;
  readonly samples: number;
  /** As sent. */
  readonly bytes: number;
}

/** `POST /api/v1/write`, by the manners of the receiver's engine. Rejects when the body breaks off. */
export async function takeWrite(request: Request, receiver: LocalReceiver): Promise<Write> {
  const body = await readBody(request, receiver.maxRequestBytes);
  const bytes = body.kind === "whole" ? body.bytes.length : body.length;
  const taken = { series: 0, samples: 0, bytes };
  const refusal = refuseRequest(request, receiver.engine);
  if (refusal) return { ...taken, answer: refusal };
  try {
    if (body.kind === "too large") throw tooLarge(body.length, receiver);
    const claimed = claimedLength(body.bytes);
    // Cortex believes the claim before it unpacks, Prometheus has no limit and finds out.
    if (receiver.engine === "cortex" && claimed > receiver.maxRequestBytes) throw tooLarge(claimed, receiver);
    const { series, metadata } = await decodeWriteBody(body.bytes, receiver.maxRequestBytes);
    const samples = series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
    return { answer: receiver.write(series, metadata), series: series.length, samples, bytes };
  } catch (error) {
    if (error instanceof UnpackError) return { ...taken, answer: refuse(400, error.message) };
    throw error;
  }
}

/** Cortex' words, for a body as it is sent and unpacked. */
function tooLarge(bytes: number, { maxRequestBytes }: LocalReceiver): UnpackError {
  return new UnpackError(`received message larger than max (${bytes} vs ${maxRequestBytes})`);
}

/** Why a request is none to be unpacked. Prometheus 2.42 does not look at the headers. */
function refuseRequest({ method, headers }: Request, engine: LocalReceiver["engine"]): Answer | undefined {
  if (engine === "prometheus") return method === "POST" ? undefined : refuse(405, "Method Not Allowed");
  if (method !== "POST") return { status: 405, body: "", headers: { allow: "POST" } };
  const unsupported = refuseMediaType(headers);
  return unsupported === undefined ? undefined : refuse(415, unsupported);
}

const PROTOBUF = "application/x-protobuf";
const VERSION_1 = "prometheus.WriteRequest";
const VERSION_2 = "io.prometheus.write.v2.Request";

/** Why Cortex does not take what the headers announce; without them it takes them for granted (client_golang exp/api/remote). */
function refuseMediaType(headers: Headers): string | undefined {
  const contentType = (headers.get("content-type") ?? PROTOBUF).trim();
  const [mediaType, ...parameters] = contentType.split(";");
  if (mediaType !== PROTOBUF) return `expected ${PROTOBUF} as the first (media) part, got ${contentType} content-type`;
  const message = parameters.find((parameter) => parameter.startsWith("proto="))?.slice("proto=".length);
  if (message === VERSION_2) {
    return `${VERSION_2} protobuf message is not accepted by this server; only accepts ${VERSION_1}`;
  }
  if (message !== undefined && message !== VERSION_1) {
    const known = `${VERSION_1}, ${VERSION_2}`;
    return `got ${contentType} content type; unknown type for remote write protobuf message ${message}, supported: ${known}`;
  }
  const encoding = headers.get("content-encoding") ?? "snappy";
  if (encoding === "snappy") return undefined;
  return `${encoding} encoding (compression) is not accepted by this server; only snappy is acceptable`;
}
