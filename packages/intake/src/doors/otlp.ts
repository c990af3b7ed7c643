import { createHash } from "node:crypto";
import protobuf from "protobufjs/minimal.js";
import { mediaType, parseJson, readUnpacked } from "../body.ts";
import { type Door, idempotencyKey, refusalText, samplesRefused } from "../door.ts";
import { Meter, SeriesMeter } from "../limits.ts";
import { mapMetrics } from "../otlp/map.ts";
import { EXPORT_REQUEST, type ExportRequest } from "../otlp/messages.ts";
import { Problem, problemHeaders } from "../problem.ts";
import { decodeProtoJson } from "../proto-json.ts";
import { decodeProtobuf } from "../protobuf.ts";

/**
 * `POST /v1/metrics`: OTLP/HTTP in protobuf and JSON (opentelemetry.io, "OTLP Specification"). 200 when the request could
 * be read, with `partial_success` where data points were refused; the answer has the form of the request.
 *
 * An exporter sends the very bytes again when it did not hear the answer, so without another name a request is called by
 * its hash: its deltas then count once. Two requests with the same bytes are one, which the times in them make sure of.
 */
export const otlpDoor: Door = {
  async take(request, { deliver, limits }) {
    const form = formOf(request);
    const bytes = await readUnpacked(request, limits);
    const elements = new Meter(limits.maxElements, "data points, attributes and buckets");
    const body = (
      form === "json"
        ? decodeProtoJson(EXPORT_REQUEST, parseJson(bytes, limits), elements)
        : decodeProtobuf(EXPORT_REQUEST, bytes, elements)
    ) as ExportRequest;
    const { loads, rejectedPoints, details } = mapMetrics(body, new SeriesMeter(limits));
    const id = idempotencyKey(request, "otlp") ?? `otlp:${createHash("sha256").update(bytes).digest("hex")}`;
    const { refused } = await deliver(loads, { writer: "otlp", id });
    const rejected = rejectedPoints + samplesRefused(refused);
    const message = [...details, ...(refused.length > 0 ? [refusalText(refused)] : [])].join("\n");
    return form === "json" ? jsonSuccess(rejected, message) : protobufSuccess(rejected, message);
  },
  refuse(problem, request) {
    const headers = problemHeaders(problem);
    const code = GRPC_CODES[problem.status] ?? INTERNAL;
    if (mediaType(request) === JSON_TYPE) {
      return Response.json({ code, message: problem.message }, { status: problem.status, headers });
    }
    const status = protobuf.Writer.create().uint32(0x08).int32(code).uint32(0x12).string(problem.message).finish();
    return new Response(new Uint8Array(status), {
      status: problem.status,
      headers: { ...headers, "content-type": PROTOBUF_TYPE },
    });
  },
};

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";

/** @throws {Problem} 415 */
function formOf(request: Request): "json" | "protobuf" {
  const type = mediaType(request);
  if (type === JSON_TYPE) return "json";
  if (type === PROTOBUF_TYPE) return "protobuf";
  throw new Problem(415, `Expected \`Content-Type\` to be ${PROTOBUF_TYPE} or ${JSON_TYPE}, got ${type || "none"}`);
}

/** google.rpc.Code of our statuses. */
const GRPC_CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 415: 3, 503: 14 };
const INTERNAL = 13;

/** ExportMetricsServiceResponse. A message without rejected points is a warning. */
function jsonSuccess(rejected: number, message: string): Response {
  if (message === "") return Response.json({});
  // An int64 is text in ProtoJSON.
  return Response.json({ partialSuccess: { rejectedDataPoints: String(rejected), errorMessage: message } });
}

function protobufSuccess(rejected: number, message: string): Response {
  const writer = protobuf.Writer.create();
  if (message !== "") {
    writer.uint32(0x0a).fork().uint32(0x08).int64(rejected).uint32(0x12).string(message).ldelim();
  }
  return new Response(new Uint8Array(writer.finish()), { headers: { "content-type": PROTOBUF_TYPE } });
}
