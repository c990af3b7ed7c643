import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAUXQS, LOCAL, type Running } from "./backends.ts";
import { Bench } from "./bench.ts";
import { DELIVERY_RULES } from "./delivery-rules.ts";
import { QUEUE_RULES } from "./queue-rules.ts";
import { SENDING_RULES } from "./sending-rules.ts";

const RULES = Object.entries({ ...DELIVERY_RULES, ...SENDING_RULES, ...QUEUE_RULES });

describe.each([LOCAL, FAUXQS])("$name", ({ start, breaks }) => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.stop());

  for (const [promise, check] of RULES) {
    const reason = breaks[promise];
    const run = () => check(new Bench(running.endpoint));
    if (reason === undefined) test.concurrent(promise, run, 15_000);
    else test.concurrent.fails(`${promise} (not here: ${reason})`, run, 15_000);
  }

  test("every rule it is known to break is a rule", () => {
    expect(RULES.map(([promise]) => promise)).toEqual(expect.arrayContaining(Object.keys(breaks)));
  });
});
