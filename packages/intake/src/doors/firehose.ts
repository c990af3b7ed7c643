import type { MessageSeries } from "@penstock/model";
import type { Refusal } from "@penstock/producer";
import * as v from "valibot";
import { isSecret } from "../access.ts";
import { parseJson, readUnpacked } from "../body.ts";
import { seriesOfDatum } from "../cloudwatch/datum.ts";
import { MetricStreamReader } from "../cloudwatch/record.ts";
import { type Door, refusalText, samplesRefused } from "../door.ts";
import { type Limits, SeriesMeter } from "../limits.ts";
import { Problem } from "../problem.ts";

/** Who may use the door: Firehose can send no AWS signature and no bearer token, only a key of its own. */
export type FirehoseAccess = "open" | "closed" | { readonly keySha256: string };

const REQUEST_ID = "x-amz-firehose-request-id";
const ACCESS_KEY = "x-amz-firehose-access-key";

/**
 * `POST /v1/firehose`: Amazon Data Firehose's HTTP endpoint protocol ("HTTP endpoint delivery request and response
 * specifications"), carrying CloudWatch metric streams in JSON or OpenTelemetry 1.0.0. Firehose knows whole requests
 * only, and sends again what is not answered 200: so what cannot be read is told to the operator, and only a request
 * of which nothing can be read is refused, which leaves it to the stream's backup bucket.
 */
export function firehoseDoor(access: FirehoseAccess): Door {
  return {
    async take(request, { deliver, limits, clock, warn }) {
      requireKey(request, access);
      const { requestId, records } = readEnvelope(parseJson(await readUnpacked(request, limits), limits), request);
      const { series, refused } = readRecords(records, limits);
      if (series.length === 0 && refused.length > 0) throw new Problem(400, refusalText(refused));
      const id = `firehose:${requestId}`;
      const delivered = await deliver([{ kind: "gauge", series }], { writer: "firehose", id });
      const all = [...refused, ...delivered.refused];
      if (all.length > 0) {
        warn(`${samplesRefused(all)} samples of Firehose request ${requestId} were refused. ${refusalText(all)}`);
      }
      return Response.json({ requestId, timestamp: clock.now() });
    },
    refuse({ message, status }, request) {
      const requestId = request.headers.get(REQUEST_ID) ?? "";
      return Response.json({ requestId, timestamp: Date.now(), errorMessage: message }, { status });
    },
  };
}

/** @throws {Problem} 401, 403 */
function requireKey(request: Request, access: FirehoseAccess): void {
  if (access === "open") return;
  if (access === "closed") throw new Problem(403, "Expected this door to have a key: set PENSTOCK_FIREHOSE_KEY_SHA256");
  if (isSecret(request.headers.get(ACCESS_KEY), access.keySha256)) return;
  throw new Problem(401, `Expected the access key of this door in \`${ACCESS_KEY}\``);
}

/** What one request may hold; a record of a metric stream is about as large as its buffer, 1 MiB or more. */
const MAX_RECORDS = 10_000;

const ENVELOPE = v.object({
  requestId: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  records: v.pipe(v.array(v.object({ data: v.string() })), v.maxLength(MAX_RECORDS)),
});

function readEnvelope(body: unknown, request: Request): { requestId: string; records: { data: string }[] } {
  const parsed = v.safeParse(ENVELOPE, body, { abortEarly: true });
  if (!parsed.success) {
    throw new Problem(400, `Expected { requestId, records: [{ data }] } with at most ${MAX_RECORDS} records`);
  }
  const header = request.headers.get(REQUEST_ID);
  if (header === null || header === parsed.output.requestId) return parsed.output;
  throw new Problem(400, `Expected \`requestId\` to be the one in \`${REQUEST_ID}\``);
}

function readRecords(
  records: readonly { data: string }[],
  limits: Limits,
): { series: MessageSeries[]; refused: Refusal[] } {
  const reader = new MetricStreamReader(limits);
  const meter = new SeriesMeter(limits);
  const series: MessageSeries[] = [];
  const refused: Refusal[] = [];
  for (const [i, { data }] of records.entries()) {
    for (const datum of reader.read(Buffer.from(data, "base64"))) {
      if ("fault" in datum) {
        const detail = `Record ${i}: ${datum.fault}`;
        refused.push({ reason: "message_malformed", detail, samples: 1, metric: undefined });
        continue;
      }
      for (const one of seriesOfDatum(datum)) {
        meter.add(one.metric);
        series.push(one);
      }
    }
  }
  return { series, refused };
}
