import { describe, expect, test } from "vitest";
import { LocalReceiver, type ReceiverRules, startReceiverServer } from "../../packages/local/src/receiver/index.ts";
import { landedFrom, likeRecorded, READ_MS } from "./landed.ts";
import { CORTEX_LEFT_OUT, type LeftOut, PROMETHEUS_LEFT_OUT, reasonFor, unknownEntries } from "./left-out.ts";
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

interface Engine {
  readonly name: string;
  readonly leftOut: LeftOut;
  rules(scenario: Scenario, mode: Mode): ReceiverRules;
  /** Scenarios by mode, in which the local receiver is to say the same. */
  scenarios(mode: Mode): Scenario[];
}

const RF_1 = "cortex-1.21.1";

const ENGINES: readonly Engine[] = [
  {
    name: RF_1,
    leftOut: CORTEX_LEFT_OUT,
    rules: cortexRules,
    scenarios: (mode) => readScenarios(RF_1, mode),
  },
  {
    name: "cortex-1.21.1-rf3",
    leftOut: CORTEX_LEFT_OUT,
    rules: cortexRules,
    // What three ingesters do together is not modelled; where they differ from one, one is right.
    scenarios: (mode) => {
      const one = new Map(readScenarios(RF_1, mode).map((scenario) => [scenario.name, fingerprint(scenario)]));
      return readScenarios("cortex-1.21.1-rf3", mode).filter(
        (scenario) => (one.get(scenario.name) ?? fingerprint(scenario)) === fingerprint(scenario),
      );
    },
  },
  {
    name: "prometheus-2.42",
    leftOut: PROMETHEUS_LEFT_OUT,
    rules: (_scenario, mode) => prometheusRules(mode),
    scenarios: (mode) => readScenarios("prometheus-2.42", mode),
  },
];

test("there are transcripts to follow", () => {
  expect(ENGINES.flatMap(({ scenarios }) => MODES.flatMap(scenarios)).length).toBeGreaterThan(0);
});

describe.each(ENGINES)("the local receiver answers and stores as $name did", (engine) => {
  test("what is left out exists", () => {
    expect(unknownEntries(engine.name, engine.leftOut)).toEqual([]);
  });

  for (const mode of MODES) {
    for (const scenario of engine.scenarios(mode)) {
      const name = `${mode}, ${scenario.name}`;
      const why = reasonFor(scenario, engine.leftOut);
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
  for (const step of steps) {
    nowMs += 10 + 1000 * Number(/after (\d+) s/.exec(step.note ?? "")?.[1] ?? 0);
    const { status, body } = isRaw(step.request)
      ? await sendRaw(step.request, receiver)
      : receiver.write(seriesOf(step, baseMs));
    expect({ note: step.note, status, body: stable(body) }).toEqual(expected(step));
    if (step.landedAfter) expectLanded(receiver, baseMs, step.landedAfter);
  }
  if (landed === null) throw new Error(`Expected ${scenario.name} to say what landed`);
  expectLanded(receiver, baseMs, landed);
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

async function sendRaw(request: RecordedRaw, receiver: LocalReceiver): Promise<{ status: number; body: string }> {
  const server = await startReceiverServer({ receiver });
  try {
    const { method, headers } = request;
    const body = method === "GET" ? null : bodyOf(request);
    const response = await fetch(`${server.url}/api/v1/write`, { method, headers, body });
    return { status: response.status, body: await response.text() };
  } finally {
    await server.close();
  }
}
