import { type Receiver, sortLabels, type WriteSeries } from "@penstock/model";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IncomingSeries } from "../../packages/local/src/receiver/index.ts";
import { describePrometheus, type Prometheus, startPrometheus } from "../prometheus.ts";
import { CONCURRENT, followConcurrent } from "./concurrent.ts";
import { asQueried, landedFrom, likeRecorded, READ_MS, SCENARIO_LABEL } from "./landed.ts";
import { CLIENT_LEFT_OUT, linesOf, reasonFor, unknownEntries } from "./left-out.ts";
import { seriesOf } from "./recorded-request.ts";
import { type Landed, MODES, type Mode, readScenarios, type Scenario } from "./transcripts.ts";

const ENGINE = "prometheus-2.42";
const TIMEOUT_MS = 30_000;
const WINDOW: Readonly<Record<Mode, string>> = { "window-0": "0s", "window-1h": "1h" };
/** Scenarios in one Prometheus follow each other in its time, too. */
const STRIDE_MS = 60_000;

test("what is left out exists, and is told", () => {
  for (const line of linesOf(ENGINE, CLIENT_LEFT_OUT)) console.info(line);
  expect(unknownEntries(ENGINE, CLIENT_LEFT_OUT)).toEqual([]);
});

describePrometheus("through our own client, a Prometheus answers and stores as it was recorded", () => {
  describe.each(MODES)("%s", (mode) => {
    const start = (): Promise<Prometheus> => startPrometheus({ outOfOrderWindow: WINDOW[mode] });
    let shared: Prometheus;
    // All of it within the hour that a Prometheus takes, and its newest sample always the scenario's own.
    let baseMs = Date.now() - 60 * STRIDE_MS;
    beforeAll(async () => {
      shared = await start();
    });
    afterAll(() => shared?.stop());

    for (const scenario of readScenarios(ENGINE, mode)) {
      const name = `${scenario.name}: ${scenario.title}`;
      const why = reasonFor(scenario, CLIENT_LEFT_OUT);
      if (why !== undefined) test.skip(`${scenario.name}: left out, ${why}`);
      else if (needsOwn(scenario)) {
        test(name, async () => {
          const own = await start();
          try {
            await follow(scenario, mode, own, scenario.baseMs);
          } finally {
            await own.stop();
          }
        });
      } else {
        test(name, () => {
          baseMs += STRIDE_MS;
          return follow(scenario, mode, shared, baseMs);
        });
      }
    }
  });
});

/** Those about an empty head, and those that leave its time far ahead. */
function needsOwn({ title, steps }: Scenario): boolean {
  const ahead = steps.some(
    ({ request }) =>
      !("raw" in request) && request.some(({ samples }) => samples.some(([offset]) => Number(offset) >= STRIDE_MS)),
  );
  return ahead || title.includes("empty head");
}

async function follow(scenario: Scenario, mode: Mode, { url }: Prometheus, baseMs: number): Promise<void> {
  const receiver = createReceiver(receiverUrls({ url }));
  if (CONCURRENT.includes(scenario.name)) return followTogether(scenario, mode, receiver, baseMs);
  for (const step of scenario.steps) {
    const answer = await receiver.write(seriesOf(step, baseMs).map(asWriteSeries), TIMEOUT_MS);
    const { note, status, body } = step;
    expect({ note, ...answer }).toMatchObject({ note, kind: "answered", status, body: body.trim() });
    if (step.landedAfter) await expectLanded(scenario, receiver, baseMs, step.landedAfter);
  }
  if (scenario.landed === null) throw new Error(`Expected ${scenario.name} to say what landed`);
  await expectLanded(scenario, receiver, baseMs, scenario.landed);
}

function followTogether({ name }: Scenario, mode: Mode, receiver: Receiver, baseMs: number): Promise<void> {
  const together = {
    serial: false,
    send: async (series: readonly IncomingSeries[]) => {
      const answer = await receiver.write(series.map(asWriteSeries), TIMEOUT_MS);
      if (answer.kind === "answered") return answer.status;
      throw new Error(`Expected an answer, got none: ${answer.detail}`);
    },
    landed: () => readLanded(name, receiver, baseMs),
  };
  return followConcurrent(name, mode, together, baseMs);
}

async function expectLanded({ name }: Scenario, receiver: Receiver, baseMs: number, recorded: Landed): Promise<void> {
  const landed = await readLanded(name, receiver, baseMs);
  expect(likeRecorded(asQueried(landed), recorded)).toEqual(asQueried(recorded));
}

async function readLanded(name: string, receiver: Receiver, baseMs: number): Promise<Landed> {
  const matchers = [{ name: SCENARIO_LABEL, op: "=" as const, value: name }];
  const answer = await receiver.read!({ matchers, startMs: baseMs - READ_MS, endMs: baseMs + READ_MS }, TIMEOUT_MS);
  if (answer.kind !== "read") throw new Error(`Expected a reading, got ${JSON.stringify(answer)}`);
  const stored = answer.series.map((series) => ({ ...series, labels: sortLabels(series.labels) }));
  return landedFrom(stored, baseMs);
}

/** The client takes lists; of a typed array, which keeps the bits of NaNs, it asks no more than a list has. */
function asWriteSeries({ labels, timestamps, values }: IncomingSeries): WriteSeries {
  return { labels, timestamps: Array.from(timestamps), values: values as unknown as readonly number[] };
}
