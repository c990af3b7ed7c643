import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { NOW_MS, post, testIntake } from "../../test/intake.ts";

const PAGE = `# HELP jobs_total Jobs.
# TYPE jobs_total counter
jobs_total{job="own",result="ok"} 3
# TYPE last_seconds gauge
last_seconds 1.5 ${NOW_MS - 5000}
# TYPE took_seconds histogram
took_seconds_bucket{le="+Inf"} 2
took_seconds_sum 0.3
took_seconds_count 2
whatever 7
`;

test("a push is these samples, now, under the grouping key", async () => {
  for (const method of ["PUT", "POST"]) {
    const { app, queue } = testIntake();
    const answer = await post(app, "/metrics/job/nightly/instance/a", PAGE, {}, method);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(
      queue.samples.map(({ series, timestampMs, value, kind }) => [series, NOW_MS - timestampMs, value, kind]),
    ).toEqual([
      ['{__name__="jobs_total",instance="a",job="nightly",result="ok"}', 0, 3, "cumulative"],
      ['{__name__="last_seconds",instance="a",job="nightly"}', 5000, 1.5, "gauge"],
      ['{__name__="took_seconds_bucket",instance="a",job="nightly",le="+Inf"}', 0, 2, "cumulative"],
      ['{__name__="took_seconds_count",instance="a",job="nightly"}', 0, 2, "cumulative"],
      ['{__name__="took_seconds_sum",instance="a",job="nightly"}', 0, 0.3, "cumulative"],
      ['{__name__="whatever",instance="a",job="nightly"}', 0, 7, "gauge"],
    ]);
  }
});

test("says honestly what cannot be here, and what it cannot read", async () => {
  const { app, queue } = testIntake();
  const deletion = await app.request("/metrics/job/nightly", { method: "DELETE" });
  expect([deletion.status, deletion.headers.get("allow")]).toEqual([405, "PUT, POST"]);
  expect(await deletion.text()).toMatch(/^Expected PUT or POST. Nothing can be deleted/);
  const broken = await post(app, "/metrics/job/nightly", "good 1\nbad{\n");
  expect([broken.status, await broken.text()]).toEqual([400, 'Line 2: Expected a label such as a="b", got ``\n']);
  const go = await post(app, "/metrics/job/nightly", "", {
    "content-type": "application/vnd.google.protobuf; encoding=delimited",
  });
  expect([go.status, await go.text()]).toEqual([415, expect.stringContaining("in Go")]);
  expect((await app.request("/metrics/job/nightly")).status).toBe(405);
  expect(queue.entries).toEqual([]);
});

test("takes a job name of any length that a label may have", async () => {
  const { app, queue } = testIntake();
  const job = "j".repeat(1000);
  expect((await post(app, `/metrics/job/${job}`, "up 1\n")).status).toBe(200);
  expect(queue.values).toEqual({ [`{__name__="up",job="${job}"}`]: 1 });
});

test("unpacks gzip", async () => {
  const { app, queue } = testIntake();
  expect((await post(app, "/metrics/job/a", gzipSync("up 1\n"), { "content-encoding": "gzip" })).status).toBe(200);
  expect(queue.values).toEqual({ '{__name__="up",job="a"}': 1 });
});
