import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import protobuf from "protobufjs/minimal.js";
import { expect, test } from "vitest";
import { NOW_MS, post, postJson, type TestIntake, testIntake } from "../../test/intake.ts";

const KEY = "a key of 32 bytes or so, by chance";
const keySha256 = createHash("sha256").update(KEY).digest("hex");

/** As the CloudWatch User Guide shows it. */
const LINE = {
  metric_stream_name: "MyMetricStream",
  account_id: "1234567890",
  region: "us-east-1",
  namespace: "AWS/EC2",
  metric_name: "DiskWriteOps",
  dimensions: { InstanceId: "i-123456789012" },
  timestamp: NOW_MS - 60_000,
  value: { count: 3, sum: 20, max: 18, min: 0, "p99.9": 17.8764 },
  unit: "Seconds",
};
const LABELS = 'account_id="1234567890",instance_id="i-123456789012",job="aws_ec2",region="us-east-1"';
const STORED = {
  [`{__name__="aws_ec2_disk_write_ops_maximum",${LABELS}}`]: 18,
  [`{__name__="aws_ec2_disk_write_ops_minimum",${LABELS}}`]: 0,
  [`{__name__="aws_ec2_disk_write_ops_p99_9",${LABELS}}`]: 17.8764,
  [`{__name__="aws_ec2_disk_write_ops_sample_count",${LABELS}}`]: 3,
  [`{__name__="aws_ec2_disk_write_ops_sum",${LABELS}}`]: 20,
};

const envelope = (...records: Uint8Array[]) => ({
  requestId: "ed4acda5-034f-9f42-bba1-f29aea6d7d8f",
  timestamp: NOW_MS,
  records: records.map((record) => ({ data: Buffer.from(record).toString("base64") })),
});
const lines = (...all: unknown[]) => Buffer.from(all.map((one) => `${JSON.stringify(one)}\n`).join(""));
const headers = { "x-amz-firehose-request-id": envelope().requestId, "x-amz-firehose-access-key": KEY };

type Writer = protobuf.Writer;
const message = (writer: Writer, field: number, fill: (inner: Writer) => void): Writer => {
  fill(writer.uint32((field << 3) | 2).fork());
  return writer.ldelim();
};
const attribute = (writer: Writer, field: number, key: string, value: string) =>
  message(writer, field, (pair) => message(pair.uint32(0x0a).string(key), 2, (any) => any.uint32(0x0a).string(value)));
const nanos = (writer: Writer, field: number, ms: number) =>
  writer.uint32((field << 3) | 1).fixed64((BigInt(ms) * 1_000_000n).toString() as never);

/** The same datum as ExportMetricsServiceRequest, its length before it (CloudWatch User Guide, OpenTelemetry 1.0.0). */
function otelRecord(): Uint8Array {
  const body = message(protobuf.Writer.create(), 1, (resourceMetrics) => {
    message(resourceMetrics, 1, (resource) => {
      attribute(resource, 1, "cloud.account.id", LINE.account_id);
      attribute(resource, 1, "cloud.region", LINE.region);
    });
    message(resourceMetrics, 2, (scope) =>
      message(scope, 2, (metric) => {
        metric.uint32(0x0a).string("amazonaws.com/AWS/EC2/DiskWriteOps");
        message(metric, 11, (summary) =>
          message(summary, 1, (point) => {
            nanos(nanos(point, 2, LINE.timestamp), 3, LINE.timestamp + 60_000);
            point.uint32(0x21).fixed64(3).uint32(0x29).double(20);
            for (const [quantile, value] of [
              [0, 0],
              [0.999, 17.8764],
              [1, 18],
            ] as const) {
              message(point, 6, (one) => one.uint32(0x09).double(quantile).uint32(0x11).double(value));
            }
            attribute(point, 7, "Namespace", "AWS/EC2");
            attribute(point, 7, "MetricName", "DiskWriteOps");
            message(point, 7, (pair) =>
              message(pair.uint32(0x0a).string("Dimensions"), 2, (any) =>
                message(any, 6, (list) => attribute(list, 1, "InstanceId", LINE.dimensions.InstanceId)),
              ),
            );
          }),
        );
      }),
    );
  }).finish();
  return protobuf.Writer.create().bytes(body).finish();
}

test("a metric stream is stored the same in both its formats, and once however often Firehose sends it", async () => {
  for (const record of [lines(LINE), otelRecord(), Buffer.concat([otelRecord(), otelRecord()])]) {
    const { app, queue } = testIntake({ firehose: { keySha256 } });
    for (let i = 0; i < 3; i++) {
      const answer = await postJson(app, "/v1/firehose", envelope(record), headers);
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { requestId: envelope().requestId, timestamp: NOW_MS },
      ]);
    }
    expect(queue.values).toEqual(STORED);
    expect(queue.samples.length).toBe(5);
    expect(queue.samples[0]).toMatchObject({ kind: "gauge", late: "reject", timestampMs: LINE.timestamp });
  }
});

test("gzip, several records, and names that collide", async () => {
  const { app, queue } = testIntake();
  const odd = {
    ...LINE,
    metric_name: "Cost",
    dimensions: { Region: "here", FooBar: "1", foo_bar: "2" },
    value: { sum: 1 },
  };
  const body = gzipSync(JSON.stringify(envelope(lines(LINE, LINE), lines(odd))));
  const answer = await post(app, "/v1/firehose", body, {
    ...headers,
    "content-encoding": "GZIP",
    "content-type": "application/json",
  });
  expect(answer.status).toBe(200);
  const labels =
    'account_id="1234567890",dimension_foo_bar="2",dimension_region="here",foo_bar="1",job="aws_ec2",region="us-east-1"';
  expect(queue.values).toEqual({ ...STORED, [`{__name__="aws_ec2_cost_sum",${labels}}`]: 1 });
});

test("the door opens to its key only, and to nobody before it has one", async () => {
  const send = async ({ app }: TestIntake, key: string | undefined) => {
    const answer = await postJson(app, "/v1/firehose", envelope(lines(LINE)), {
      ...headers,
      "x-amz-firehose-access-key": key ?? "",
    });
    return [answer.status, ((await answer.json()) as { errorMessage?: string }).errorMessage];
  };
  const locked = testIntake({ firehose: { keySha256 }, bearerSha256: keySha256 });
  expect(await send(locked, undefined)).toEqual([401, expect.stringContaining("access key")]);
  expect(await send(locked, `${KEY}x`)).toEqual([401, expect.any(String)]);
  expect(await send(locked, KEY)).toEqual([200, undefined]);
  expect(await send(testIntake({ firehose: "closed" }), KEY)).toEqual([403, expect.any(String)]);
});

test("what cannot be read holds up nothing: the operator hears of it, and a request of nothing else is refused", async () => {
  const { app, queue, warnings } = testIntake();
  const torn = otelRecord().slice(0, 40);
  const unreadable = [torn, lines({ ...LINE, value: { sum: "many" } }), Buffer.from("hello"), Buffer.alloc(0)];
  expect((await postJson(app, "/v1/firehose", envelope(lines(LINE), ...unreadable), headers)).status).toBe(200);
  expect(queue.values).toEqual(STORED);
  expect(warnings[0]).toMatch(/^4 samples of Firehose request ed4acda5.* were refused\./);
  const answer = await postJson(app, "/v1/firehose", { ...envelope(...unreadable), requestId: "r2" });
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { errorMessage: expect.stringContaining("`value.sum`") },
  ]);
  expect((await postJson(app, "/v1/firehose", { ...envelope(), requestId: "other" }, headers)).status).toBe(400);
  expect((await postJson(app, "/v1/firehose", { requestId: "r3", records: [5] })).status).toBe(400);
});
