import fc from "fast-check";
import { expect, test } from "vitest";
import { NOW_MS, postJson, testIntake } from "../test/intake.ts";

const body = {
  series: Array.from({ length: 40 }, (_, i) => ({
    labels: { __name__: `m${i}_total` },
    samples: [{ value: 1, timestamp: NOW_MS }],
  })),
};

test("2xx means that the queue has every sample; what was answered 503 is not sent later by itself", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { maxLength: 5 }), async (failures) => {
      const { app, queue } = testIntake();
      for (const failing of failures) {
        queue.failing = failing;
        const answer = await postJson(app, "/v1/samples", body, { "idempotency-key": "one" });
        const taken = queue.samples.length;
        if (answer.status === 200) expect(taken).toBe(40);
        else expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
        await new Promise((resolve) => setImmediate(resolve));
        expect(queue.samples.length).toBe(taken);
      }
      queue.failing = 0;
      expect((await postJson(app, "/v1/samples", body, { "idempotency-key": "one" })).status).toBe(200);
      // Named, it counts once however often it was cut short.
      expect(queue.samples.length).toBe(40);
    }),
  );
});

test("what SQS will never take is refused, not said to be there", async () => {
  const { app, queue } = testIntake();
  queue.senderFault = true;
  const answer = await postJson(app, "/v1/samples", body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ accepted: 0, refused: 40 });
});
