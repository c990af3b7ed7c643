import { gzipSync } from "node:zlib";
import { encodeGzipMessage, type Message } from "@penstock/model";
import { expect, test } from "vitest";
import { NOW_MS, post, postJson, testIntake } from "../../test/intake.ts";

const labels = { __name__: "orders_total", currency: "EUR" };
const key = '{__name__="orders_total",currency="EUR"}';

test("takes a service's samples and answers once they are in the queue", async () => {
  const { app, queue } = testIntake();
  const samples = [{ value: 3, timestamp: NOW_MS - 1000 }, { value: 4 }];
  const answer = await postJson(app, "/v1/samples", { service: "checkout", series: [{ labels, samples }] });
  expect([answer.status, await answer.json()]).toEqual([200, { accepted: 2 }]);
  const delta = { series: key, kind: "delta", late: "reject" };
  expect(queue.samples).toEqual([
    { ...delta, timestampMs: NOW_MS - 1000, value: 3 },
    { ...delta, timestampMs: NOW_MS, value: 4 },
  ]);
  expect(JSON.parse(queue.entries[0]!.body).writer).toBe("checkout");
});

test("says which samples it refuses, and takes the others", async () => {
  const { app, queue } = testIntake();
  const good = { labels, samples: [{ value: 1, timestamp: NOW_MS }, { value: 2, timestamp: NOW_MS / 1000 }, 7] };
  const bad = { labels: { ...labels, _unique_id: "1" }, samples: [{ value: 1 }] };
  const answer = await postJson(app, "/v1/samples", { series: [good, bad] });
  expect(answer.status).toBe(200);
  const told = (await answer.json()) as { accepted: number; refused: number; error: string };
  expect(told).toMatchObject({ accepted: 1, refused: 3 });
  expect(told.error).toContain("looks like seconds");
  expect(told.error).toContain("label_reserved");
  expect(queue.values).toEqual({ [key]: 1 });
  const none = await postJson(app, "/v1/samples", { series: [bad] });
  expect([none.status, queue.entries.length]).toEqual([400, 1]);
});

test("takes a message as it would go into the queue, in both forms, gzipped too", async () => {
  const message: Message = {
    v: 1,
    id: "m1",
    writer: "w",
    kind: "gauge",
    late: "restamp",
    series: [{ metric: labels, timestamps: [NOW_MS], values: ["NaN"] }],
  };
  for (const body of [JSON.stringify(message), encodeGzipMessage(message)]) {
    for (const [bytes, headers] of [
      [Buffer.from(body), {}],
      [gzipSync(body), { "content-encoding": "gzip" }],
    ] as const) {
      const { app, queue } = testIntake();
      const answer = await post(app, "/v1/samples", bytes, { "content-type": "application/json", ...headers });
      expect(await answer.json()).toEqual({ accepted: 1 });
      expect(queue.samples).toEqual([{ series: key, timestampMs: NOW_MS, value: NaN, kind: "gauge", late: "restamp" }]);
    }
  }
});

test("a request sent again counts once when it has a name, a message's id or an Idempotency-Key", async () => {
  const { app, queue } = testIntake();
  const plain = { series: [{ labels, samples: [{ value: 1, timestamp: NOW_MS }] }] };
  for (let i = 0; i < 3; i++) await postJson(app, "/v1/samples", plain, { "idempotency-key": "a" });
  expect(queue.samples.length).toBe(1);
  const message = { v: 1, id: "m1", series: [{ metric: labels, timestamps: [NOW_MS], values: [1] }] };
  for (let i = 0; i < 3; i++) await postJson(app, "/v1/samples", message);
  expect(queue.samples.length).toBe(2);
  for (let i = 0; i < 3; i++) await postJson(app, "/v1/samples", { ...plain, id: "m2" });
  expect(queue.samples.length).toBe(3);
  for (let i = 0; i < 3; i++) await postJson(app, "/v1/samples", plain);
  expect(queue.samples.length).toBe(6);
  expect((await postJson(app, "/v1/samples", plain, { "idempotency-key": "k".repeat(1000) })).status).toBe(400);
});

test("what is no such request is told in a sentence, and nothing of it is sent", async () => {
  const { app, queue } = testIntake();
  const cases: [unknown, string][] = [
    ["{", "Expected JSON"],
    [[], "Expected a JSON object"],
    [{ series: 5 }, "Expected `series` to be a list"],
    [{ series: [{ labels }] }, "Expected `series[0]` to have `labels` and a list of `samples`"],
    [{ series: [], kind: "sum" }, "Expected `kind` to be one of delta, gauge, cumulative"],
    [{ v: 2, series: [] }, "Expected `v` to be 1, got 2"],
    [{ v: 1, encoding: "gzip", data: "AAAA" }, "Expected a gzip body"],
    [`{"v":1,"series":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`, "Expected `series` to be a list"],
  ];
  for (const [body, sentence] of cases) {
    const answer = await postJson(app, "/v1/samples", body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toContain(sentence);
  }
  expect((await post(app, "/v1/samples", "{}", { "content-type": "text/plain" })).status).toBe(415);
  expect(queue.entries).toEqual([]);
});
