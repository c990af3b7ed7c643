import {
  decodeMessage,
  KINDS,
  type Kind,
  LATES,
  type Late,
  MAX_NAME_LENGTH,
  type MessageSeries,
} from "@penstock/model";
import * as v from "valibot";
import { isObject, parseJson, readUnpacked, requireJson, unpackGzip } from "../body.ts";
import type { Delivered, Identity, Load } from "../delivery.ts";
import { type Door, idempotencyKey, refusalText, type Surroundings, samplesRefused } from "../door.ts";
import { type Limits, Meter } from "../limits.ts";
import { Problem, problemHeaders } from "../problem.ts";

/**
 * `POST /v1/samples`: JSON, either message v1 as it would go into the queue, or
 * `{ id, service, series: [{ labels, samples: [{ value, timestamp }] }] }`. The good samples of a request go on without the
 * bad ones, which the answer names.
 */
export const samplesDoor: Door = {
  async take(request, surroundings) {
    requireJson(request);
    const { limits } = surroundings;
    const bytes = await readUnpacked(request, limits);
    const body = parseJson(bytes, limits);
    if (!isObject(body)) throw new Problem(400, "Expected a JSON object");
    const { load, id, writer } =
      body.v === undefined ? readPlain(body, surroundings) : readMessage(await plainMessage(body, bytes, limits));
    new Meter(limits.maxSeries, "series").add(load.series.length);
    return answer(await surroundings.deliver([load], { writer, id: id ?? idempotencyKey(request, "samples") }));
  },
  refuse: (problem) =>
    Response.json({ error: problem.message }, { status: problem.status, headers: problemHeaders(problem) }),
};

type Reading = Identity & { readonly load: Load };

/** 200 when anything was taken: a client that sent it all again would count the good ones twice. */
function answer({ accepted, refused }: Delivered): Response {
  const status = accepted === 0 && refused.length > 0 ? 400 : 200;
  const told = refused.length === 0 ? {} : { refused: samplesRefused(refused), error: refusalText(refused) };
  return Response.json({ accepted, ...told }, { status });
}

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_NAME_LENGTH));
const ENVELOPE = v.object({
  id: v.optional(name),
  service: v.optional(name),
  kind: v.optional(v.picklist(KINDS), "delta"),
  late: v.optional(v.picklist(LATES), "reject"),
  series: v.array(v.unknown()),
});
const EXPECTED: Readonly<Record<string, string>> = {
  id: `1 to ${MAX_NAME_LENGTH} characters`,
  service: `1 to ${MAX_NAME_LENGTH} characters`,
  kind: `one of ${KINDS.join(", ")}`,
  late: `one of ${LATES.join(", ")}`,
  series: "a list",
};

function readPlain(body: Record<string, unknown>, { clock }: Surroundings): Reading {
  const parsed = v.safeParse(ENVELOPE, body, { abortEarly: true });
  if (!parsed.success) {
    const field = String(parsed.issues[0].path?.[0].key);
    throw new Problem(400, `Expected \`${field}\` to be ${EXPECTED[field]}`);
  }
  const { id, service, kind, late, series } = parsed.output as {
    id?: string;
    service?: string;
    kind: Kind;
    late: Late;
    series: unknown[];
  };
  const now = clock.now();
  return {
    load: { kind, late, series: series.map((one, i) => readSeries(one, i, now)) },
    writer: service,
    id,
  };
}

/** As a series of a message. Labels, times and values are the producer's to judge, one by one. */
function readSeries(series: unknown, index: number, nowMs: number): MessageSeries {
  if (!isObject(series) || !isObject(series.labels) || !Array.isArray(series.samples)) {
    throw new Problem(400, `Expected \`series[${index}]\` to have \`labels\` and a list of \`samples\``);
  }
  const samples: readonly unknown[] = series.samples;
  return {
    metric: series.labels as MessageSeries["metric"],
    timestamps: samples.map((one) => (isObject(one) ? (one.timestamp ?? nowMs) : Number.NaN) as number),
    values: samples.map((one) => (isObject(one) ? one.value : undefined) as number),
  };
}

/** The body of a message, unpacked when it is in its gzip form: only so are its objects counted before they are made. */
async function plainMessage(body: Record<string, unknown>, bytes: Buffer, limits: Limits): Promise<Buffer> {
  if (body.encoding !== "gzip" || typeof body.data !== "string") return bytes;
  const unpacked = await unpackGzip(Buffer.from(body.data, "base64"), limits);
  const inner = parseJson(unpacked, limits);
  if (isObject(inner) && inner.encoding === undefined) return unpacked;
  throw new Problem(400, "Expected `data` to be a message that is not packed again");
}

function readMessage(bytes: Buffer): Reading {
  const decoded = decodeMessage(bytes.toString("utf8"));
  if (!decoded.ok) throw new Problem(400, decoded.reject.detail);
  const { id, writer, kind, late, series } = decoded.message;
  return { load: { kind, late, series: series.map(({ source }) => source as MessageSeries) }, writer, id };
}
