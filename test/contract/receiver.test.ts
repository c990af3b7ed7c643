import { describe, expect, test } from "vitest";
import {
  type IncomingSeries,
  LocalReceiver,
  type Metadata,
  type ReceiverRules,
  startReceiverServer,
} from "../../packages/local/src/receiver/index.ts";
import { CONCURRENT, followConcurrent } from "./concurrent.ts";
import { exemplarsOf, metadataOf } from "./extras.ts";
import { landedFrom, likeRecorded, READ_MS } from "./landed.ts";
import {
  type LeftOut,
  linesOf,
  PROMETHEUS_LEFT_OUT,
  RF_1_LEFT_OUT,
  RF_3_LEFT_OUT,
  reasonFor,
  unknownEntries,
} from "./left-out.ts";
import { bodyOf, isRaw, seriesOf } from "./recorded-request.ts";
import { cortexRules, prometheusRules } from "./scenario-rules.ts";
import {
  type Landed,
  MODES,
  type Mode,
  type RecordedRaw,
  readScenarios,
  type Scenario,
  type Step,
} from "./transcripts.ts";
import { encodeWrite, WRITE_HEADERS } from "./write-body.ts";

interface Engine {
  readonly name: string;
  readonly leftOut: LeftOut;
  rules(scenario: Scenario, mode: Mode): ReceiverRules;
  /** Why a scenario is no truth for the local receiver; undefined when it is. */
  differs?(scenario: Scenario, mode: Mode): string | undefined;
}

const RF_1 = "cortex-1.21.1";

const ENGINES: readonly Engine[] = [
  {
    name: RF_1,
    leftOut: RF_1_LEFT_OUT,
    rules: cortexRules,
  },
  {
    name: "cortex-1.21.1-rf3",
    leftOut: RF_3_LEFT_OUT,
    rules: cortexRules,
    // What three ingesters do together is not modelled; where they differ from one, one is right.
    differs: (scenario, mode) => {
      const one = readScenarios(RF_1, mode).find(({ name }) => name === scenario.name);
      const same = one === undefined || fingerprint(one) === fingerprint(scenario);
      return same ? undefined : "with replication factor 1 it came out otherwise";
    },
  },
  {
    name: "prometheus-2.42",
    leftOut: PROMETHEUS_LEFT_OUT,
    rules: (_scenario, mode) => prometheusRules(mode),
  },
];

test("there are transcripts to follow", () => {
  const scenarios = ENGINES.flatMap(({ name }) => MODES.flatMap((mode) => readScenarios(name, mode)));
  expect(scenarios.length).toBeGreaterThan(0);
});

describe.each(ENGINES)("the local receiver answers and stores as $name did", (engine) => {
  test("what is left out exists, and is told", () => {
    for (const line of linesOf(engine.name, engine.leftOut)) console.info(line);
    expect(unknownEntries(engine.name, engine.leftOut)).toEqual([]);
  });

  for (const mode of MODES) {
    const scenarios = readScenarios(engine.name, mode);
    if (scenarios.length === 0) test.skip(`${mode}: left out, the folder has no scenarios of it`);
    for (const scenario of scenarios) {
      const name = `${mode}, ${scenario.name}`;
      const why = reasonFor(scenario, engine.leftOut) ?? engine.differs?.(scenario, mode);
      if (why === undefined) test(`${name}: ${scenario.title}`, () => follow(scenario, engine, mode));
      else test.skip(`${name}: left out, ${why}`);
    }
  }
});

async function follow(scenario: Scenario, engine: Engine, mode: Mode): Promise<void> {
  const { baseMs, steps, landed } = scenario;
  // A request takes a little while, and the base is cut to a second.
  let nowMs = baseMs + 100;
  const receiver = new LocalReceiver({ now: () => nowMs, rules: engine.rules(scenario, mode) });
  if (CONCURRENT.includes(scenario.name)) return followTogether(scenario, mode, receiver);
  for (const step of steps) {
    nowMs += 10 + 1000 * Number(/after (\d+) s/.exec(step.note ?? "")?.[1] ?? 0);
    const { status, body } = await answerTo(scenario, step, receiver);
    expect({ note: step.note, status, body: stable(body) }).toEqual(expected(step));
    if (step.landedAfter) expectLanded(receiver, baseMs, step.landedAfter);
  }
  if (landed === null) throw new Error(`Expected ${scenario.name} to say what landed`);
  expectLanded(receiver, baseMs, landed);
}

/** Recorded bodies, exemplars and metadata come through the door; what has none of them needs none. */
function answerTo(scenario: Scenario, step: Step, receiver: LocalReceiver): Promise<Heard> | Heard {
  if (isRaw(step.request)) return sendRaw(step.request, receiver);
  const series = seriesOf(step, scenario.baseMs);
  const exemplars = exemplarsOf(scenario, step);
  const metadata = metadataOf(step);
  if (exemplars.length + metadata.length === 0) return receiver.write(series);
  return withDoor(receiver, (url) =>
    sendWrite(
      url,
      series.map((entry) => ({ ...entry, exemplars })),
      metadata,
    ),
  );
}

function followTogether({ name, baseMs }: Scenario, mode: Mode, receiver: LocalReceiver): Promise<void> {
  return withDoor(receiver, (url) =>
    followConcurrent(
      name,
      mode,
      {
        serial: true,
        send: async (series) => (await sendWrite(url, series)).status,
        landed: async () => landedFrom(receiver.select([]), baseMs),
      },
      baseMs,
    ),
  );
}

function expectLanded(receiver: LocalReceiver, baseMs: number, recorded: Landed): void {
  const landed = landedFrom(receiver.select([], baseMs - READ_MS, baseMs + READ_MS), baseMs);
  expect(likeRecorded(landed, recorded)).toEqual(recorded);
}

function expected({ note, status, body }: Step): object {
  return { note, status, body: stable(body) };
}

/** A body without what is another one's in every run: addresses and tenants. */
function stable(body: string): string {
  return body.replace(/addr=\S+/, "addr=…").replace(/user=[^:]+:/, "user=…:");
}

/** What happened, whenever it did. */
function fingerprint({ steps, landed }: Scenario): string {
  const answers = steps.map(({ status, body, landedAfter }) => ({
    status,
    body: stable(body).replace(/\d{13}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…"),
    landedAfter,
  }));
  return JSON.stringify([answers, landed]);
}

interface Heard {
  readonly status: number;
  readonly body: string;
}

function sendRaw(request: RecordedRaw, receiver: LocalReceiver): Promise<Heard> {
  const { method, headers } = request;
  const body = method === "GET" ? null : bodyOf(request);
  return withDoor(receiver, (url) => hear(fetch(writeUrl(url), { method, headers, body })));
}

async function sendWrite(
  url: string,
  series: readonly IncomingSeries[],
  metadata: readonly Metadata[] = [],
): Promise<Heard> {
  const body = await encodeWrite(series, metadata);
  return hear(fetch(writeUrl(url), { method: "POST", headers: WRITE_HEADERS, body }));
}

async function hear(answer: Promise<Response>): Promise<Heard> {
  const response = await answer;
  return { status: response.status, body: await response.text() };
}

function writeUrl(url: string): string {
  return `${url}/api/v1/write`;
}

async function withDoor<T>(receiver: LocalReceiver, use: (url: string) => Promise<T>): Promise<T> {
  const server = await startReceiverServer({ receiver });
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}
