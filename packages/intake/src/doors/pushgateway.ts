import { cut, jsonValue, type Kind, type Labels, MAX_NAME_LENGTH, type MessageSeries } from "@penstock/model";
import { kindOfType, parseExposition } from "@penstock/producer";
import { mediaType, readUnpacked } from "../body.ts";
import type { Load } from "../delivery.ts";
import { type Door, idempotencyKey, refusalText } from "../door.ts";
import { groupingOf } from "../grouping.ts";
import { type Limits, SeriesMeter } from "../limits.ts";
import { Problem, textAnswer } from "../problem.ts";

/**
 * `PUT` and `POST /metrics/job/…`: what Pushgateway clients speak, in the text format (prometheus/pushgateway, README).
 * Here nothing is kept between pushes, so both mean the same: these samples, now.
 */
export const pushgatewayDoor: Door = {
  async take(request, { deliver, limits, clock }) {
    const grouping = groupingOf(new URL(request.url).pathname);
    requireText(request);
    const text = (await readUnpacked(request, limits)).toString("utf8");
    const loads = readLoads(text, grouping, clock.now(), limits);
    // A label may be longer than a writer.
    const writer = cut(`pushgateway/${grouping.job}`, MAX_NAME_LENGTH);
    const { refused } = await deliver(loads, { writer, id: idempotencyKey(request, "pushgateway") });
    if (refused.length > 0) return textAnswer(new Problem(400, refusalText(refused)));
    return new Response(null, { status: 200 });
  },
  refuse: textAnswer,
};

/** What the `DELETE` of Pushgateway clients is told. */
export const NO_DELETE: string =
  "Nothing can be deleted: samples are stored as they come, and no group is kept here. " +
  "A series ends by itself five minutes after its last push.";

const GO_TEXT = ".Format(expfmt.NewFormat(expfmt.TypeTextPlain))";

/** @throws {Problem} 415 for protobuf, which Go's client sends unless it is told otherwise */
function requireText(request: Request): void {
  const type = mediaType(request);
  if (!type.includes("protobuf") && !type.includes("openmetrics")) return;
  throw new Problem(415, `Expected the Prometheus text format, got ${type}: in Go, \`${GO_TEXT}\``);
}

/** Series by kind. @throws {Problem} 400 that names the line */
function readLoads(text: string, grouping: Labels, nowMs: number, limits: Limits): Load[] {
  const meter = new SeriesMeter(limits);
  const series = new Map<Kind, MessageSeries[]>();
  try {
    for (const { labels, value, timestampMs = nowMs, type } of parseExposition(text)) {
      const metric = { ...labels, ...grouping };
      meter.add(metric);
      const kind = kindOfType(type);
      const list = series.get(kind) ?? [];
      series.set(kind, list);
      list.push({ metric, timestamps: [timestampMs], values: [jsonValue(value)] });
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(400, error.message);
    throw error;
  }
  return [...series].map(([kind, list]) => ({ kind, series: list }));
}
