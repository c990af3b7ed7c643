import { gzipSync } from "node:zlib";
import protobuf from "protobufjs/minimal.js";
import { expect, test } from "vitest";
import { NOW_MS, post, postJson, testIntake } from "../../test/intake.ts";

const timeUnixNano = `${NOW_MS}000000`;
const attributes = [
  { key: "http.route", value: { stringValue: "/a" } },
  { key: "retry", value: { boolValue: true } },
];
const resource = {
  attributes: [
    { key: "service.name", value: { stringValue: "checkout" } },
    { key: "service.namespace", value: { stringValue: "shop" } },
    { key: "service.instance.id", value: { stringValue: "i-1" } },
  ],
};

/** A request with these metrics of one service. */
function request(...metrics: unknown[]) {
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: {}, metrics }] }] };
}

const own = 'http_route="/a",instance="i-1",job="shop/checkout"';

test("sums, gauges and histograms become series by the mapping, and deltas stay deltas", async () => {
  const { app, queue } = testIntake();
  const point = { timeUnixNano, attributes };
  const histogram = { ...point, count: "6", sum: 12.5, bucketCounts: ["1", 2, "3"], explicitBounds: [0.005, 1e6] };
  const answer = await postJson(
    app,
    "/v1/metrics",
    request(
      {
        name: "orders",
        unit: "{order}",
        sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...point, asInt: "3" }] },
      },
      {
        name: "cpu.time",
        unit: "s",
        sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asDouble: 1.5 }] },
      },
      { name: "queue.size", sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asInt: -4 }] } },
      { name: "queue.change", sum: { aggregationTemporality: 1, dataPoints: [{ ...point, asInt: "-2" }] } },
      { name: "temperature", unit: "Cel", gauge: { dataPoints: [{ ...point, asDouble: "NaN" }] } },
      { name: "took", unit: "ms", histogram: { aggregationTemporality: 1, dataPoints: [histogram] } },
    ),
  );
  expect([answer.status, await answer.json()]).toEqual([200, {}]);
  const tags = `${own},retry="true"`;
  expect(
    queue.samples.map(({ series, value, kind, timestampMs }) => [series, value, kind, timestampMs - NOW_MS]),
  ).toEqual([
    [`{__name__="cpu_time_seconds_total",${tags}}`, 1.5, "cumulative", 0],
    [`{__name__="orders_total",${tags}}`, 3, "delta", 0],
    [`{__name__="queue_change",${tags}}`, -2, "delta", 0],
    [`{__name__="queue_size",${tags}}`, -4, "gauge", 0],
    [`{__name__="temperature_celsius",${tags}}`, NaN, "gauge", 0],
    [`{__name__="took_milliseconds_bucket",${own},le="+Inf",retry="true"}`, 6, "delta", 0],
    [`{__name__="took_milliseconds_bucket",${own},le="0.005",retry="true"}`, 1, "delta", 0],
    [`{__name__="took_milliseconds_bucket",${own},le="1e+06",retry="true"}`, 3, "delta", 0],
    [`{__name__="took_milliseconds_count",${tags}}`, 6, "delta", 0],
    [`{__name__="took_milliseconds_sum",${tags}}`, 12.5, "delta", 0],
  ]);
});

test("summaries, the library's name and the resource's other attributes are kept", async () => {
  const { app, queue } = testIntake();
  const dataPoints = [
    {
      timeUnixNano,
      count: 2,
      sum: 3,
      quantileValues: [
        { quantile: 0.5, value: 1 },
        { quantile: 1, value: 2 },
      ],
    },
  ];
  const colliding = [
    { key: "a.b", value: { intValue: "1" } },
    { key: "a_b", value: { arrayValue: { values: [{ doubleValue: 0.5 }, { stringValue: "x" }] } } },
  ];
  await postJson(app, "/v1/metrics", {
    resourceMetrics: [
      {
        resource: { attributes: [...resource.attributes, ...colliding] },
        scopeMetrics: [{ scope: { name: "lib", version: "1" }, metrics: [{ name: "s", summary: { dataPoints } }] }],
      },
    ],
  });
  const scope = 'instance="i-1",job="shop/checkout",otel_scope_name="lib",otel_scope_version="1"';
  expect(queue.values).toEqual({
    [`{__name__="s_count",${scope}}`]: 2,
    [`{__name__="s_sum",${scope}}`]: 3,
    [`{__name__="s",${scope},quantile="0.5"}`]: 1,
    [`{__name__="s",${scope},quantile="1"}`]: 2,
    '{__name__="target_info",a_b="1;[0.5,\\"x\\"]",instance="i-1",job="shop/checkout"}': 1,
  });
});

test("what cannot be stored is partial success: so many data points, and why, and the others go on", async () => {
  const { app, queue } = testIntake();
  const wide = Array.from({ length: 200 }, (_, i) => ({ key: `k${i}`, value: { stringValue: "v" } }));
  const dataPoints = [
    { timeUnixNano, asInt: 1 },
    { timeUnixNano, asInt: 1, attributes: wide },
    { asInt: 1 },
    { timeUnixNano },
    { timeUnixNano, asInt: 7, flags: 1 },
  ];
  const body = request(
    { name: "good", gauge: { dataPoints } },
    { name: "exp", exponentialHistogram: { aggregationTemporality: 2, dataPoints: [{ timeUnixNano, count: 1 }] } },
    { name: "neither", sum: { dataPoints: [{ timeUnixNano, asInt: 1 }] } },
    {
      name: "torn",
      histogram: { aggregationTemporality: 1, dataPoints: [{ timeUnixNano, bucketCounts: [1], explicitBounds: [1] }] },
    },
    { name: "inf", sum: { aggregationTemporality: 1, dataPoints: [{ timeUnixNano, asDouble: "Infinity" }] } },
  );
  const answer = await postJson(app, "/v1/metrics", body);
  expect(answer.status).toBe(200);
  const { partialSuccess } = (await answer.json()) as { partialSuccess: Record<string, string> };
  expect(partialSuccess.rejectedDataPoints).toBe("7");
  for (const words of ["max_label_names_per_series", "timestamp_invalid", "asDouble", "exponential histogram"]) {
    expect(partialSuccess.errorMessage).toContain(words);
  }
  expect(queue.values).toEqual({ '{__name__="good",instance="i-1",job="shop/checkout"}': 1 });
});

test("nanoseconds become milliseconds exactly", async () => {
  const { app, queue } = testIntake();
  const times = ["1795475070123000000", "1795475070999999999", "1795475071000000000"];
  const dataPoints = times.map((time) => ({ timeUnixNano: time, asInt: 1 }));
  await postJson(app, "/v1/metrics", request({ name: "m", gauge: { dataPoints } }));
  expect(queue.samples.map(({ timestampMs }) => timestampMs)).toEqual([1795475070123, 1795475070999, 1795475071000]);
});

test("an exporter that sends a request again counts once", async () => {
  const { app, queue } = testIntake();
  const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ timeUnixNano, asInt: "3" }] };
  const body = JSON.stringify(request({ name: "orders", sum }));
  await postJson(app, "/v1/metrics", body);
  await post(app, "/v1/metrics", gzipSync(body), { "content-type": "application/json", "content-encoding": "gzip" });
  expect(queue.samples.length).toBe(1);
});

test("answers in the form of the request, errors too", async () => {
  const { app, queue } = testIntake();
  const type = "application/x-protobuf";
  const empty = await post(app, "/v1/metrics", new Uint8Array(), { "content-type": type });
  expect([empty.status, empty.headers.get("content-type"), await empty.text()]).toEqual([200, type, ""]);
  const cut = await post(app, "/v1/metrics", Buffer.from([0x0a, 0x05, 0x01]), { "content-type": type });
  expect([cut.status, cut.headers.get("content-type")]).toEqual([400, type]);
  const reader = protobuf.Reader.create(new Uint8Array(await cut.arrayBuffer()));
  expect([reader.uint32(), reader.int32(), reader.uint32()]).toEqual([0x08, 3, 0x12]);
  expect(reader.string()).toContain("5 bytes announced where 1 are left");
  const wrong = await postJson(app, "/v1/metrics", { resourceMetrics: [{ resource: 5 }] });
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { code: 3, message: "Expected resourceMetrics[0].resource to be an object, got 5" },
  ]);
  queue.failing = 100;
  const sum = { aggregationTemporality: 2, dataPoints: [{ timeUnixNano, asInt: "3" }] };
  const away = await postJson(app, "/v1/metrics", request({ name: "orders", sum }));
  expect([away.status, away.headers.get("retry-after")]).toEqual([503, "5"]);
  expect((await post(app, "/v1/metrics", "x", { "content-type": "text/plain" })).status).toBe(415);
});
