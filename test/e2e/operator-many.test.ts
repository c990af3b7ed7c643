import { type FifoQueue, type QueueServer, startQueueServer } from "@penstock/local";
import { encodeMessage } from "@penstock/model";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Call, start } from "./operator-cli.ts";

const LETTERS = 10_000;
/** SQS hands out ten of each at once, an eighth of all: the rest lies behind. */
const GROUPS = 128;
const HEAP_MB = 40;
/**
 * Whoever keeps all letters dies. The room for the young is set since V8 derives it from the first: with half a megabyte
 * everything is taken for old, and most of the time goes into collecting it.
 */
const HEAP = [`--max-old-space-size=${HEAP_MB}`, "--max-semi-space-size=4"];
const PADDING = "x".repeat(2_200);

let server: QueueServer;
let deadLetters: FifoQueue;
let queue: FifoQueue;

beforeAll(async () => {
  server = await startQueueServer();
  const settings = { deduplicationScope: "messageGroup" as const, visibilityTimeoutMs: 30_000 };
  queue = server.account.createQueue("metrics.fifo", settings);
  deadLetters = server.account.createQueue("dead.fifo", settings);
  for (let i = 0; i < LETTERS; i++) bury(i);
});

afterAll(() => server?.close());

function bury(i: number): void {
  const group = `g${i % GROUPS}`;
  const reason = i % 2 === 0 ? "label_invalid" : "greater_than_max_sample_age";
  const source = { messageId: `source-${i}`, group, sentAt: Date.now(), receiveCount: 1 };
  const metric = { __name__: `metric_${i % 10}_total`, "a.b": "c", "p.1": PADDING, "p.2": PADDING };
  const series = [{ metric, timestamps: [Date.now()], values: [1] }];
  const rejected = { reason, detail: "no", at: Date.now(), source } as const;
  const id = `m${i}!${reason}!0`;
  deadLetters.sendOne({ body: encodeMessage({ v: 1, id, series, rejected }), group, deduplicationId: id });
}

function penstock(...args: string[]): Call {
  const env = {
    PENSTOCK_QUEUE_URL: server.queueUrl("metrics.fifo"),
    PENSTOCK_DEAD_LETTER_QUEUE_URL: server.queueUrl("dead.fifo"),
  };
  return start([...args, "--json"], env, HEAP);
}

test("more letters than memory holds are listed, added up and replayed in bounded memory, also by a replay that is killed on its way", async () => {
  const weight = [...deadLetters.messages()].reduce((sum, { body }) => sum + body.length, 0);
  expect(weight).toBeGreaterThan(HEAP_MB * 1024 * 1024);

  const front = await penstock("dlq", "ls").ended;
  expect(front).toMatchObject({ code: 0, stderr: expect.stringContaining(`${GROUPS * 10 - 100} more match`) });
  expect(front.stderr).toContain(`About ${LETTERS - GROUPS * 10} more letters could not be reached`);
  const stat = await penstock("dlq", "stat", "--all", "--by", "reason,metric").ended;
  expect(stat).toMatchObject({ code: 1, stderr: "" });
  const { rows, letters, sweep } = JSON.parse(stat.stdout) as {
    rows: { by: string[]; letters: number }[];
    letters: number;
    sweep: { seen: number; hidden: number };
  };
  expect({ letters, ...sweep }).toMatchObject({ letters: LETTERS, seen: LETTERS, hidden: 0 });
  expect(rows.map((row) => row.letters)).toEqual(Array.from({ length: 10 }, () => LETTERS / 10));
  expect(deadLetters.inspect()).toMatchObject({ visible: LETTERS, inFlight: 0 });

  const replay = ["dlq", "replay", '{reason="label_invalid"}', "--rename", "a.b=ab", "--confirm"];
  const killed = penstock(...replay);
  await vi.waitFor(() => expect(queue.inspect().visible).toBeGreaterThan(LETTERS / 10), {
    timeout: 60_000,
    interval: 5,
  });
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(queue.inspect().visible).toBeLessThan(LETTERS / 2);
  giveBack();
  const again = await penstock(...replay).ended;
  expect(again).toMatchObject({ code: 0, stderr: "" });
  const replayed = new Set(
    [...queue.messages()].map(({ body }) => (JSON.parse(body) as { id: string }).id.split("!")[0]),
  );
  expect(replayed.size).toBe(LETTERS / 2);
  expect(queue.inspect().visible).toBe(LETTERS / 2);
  expect(deadLetters.inspect()).toMatchObject({ visible: LETTERS / 2, inFlight: 0 });
}, 240_000);

/** What the killed process held comes back after a minute: here at once. */
function giveBack(): void {
  for (const { messageId, receiveCount } of [...deadLetters.messages()]) {
    try {
      deadLetters.changeVisibility(`dead.fifo/${messageId}/${receiveCount}`, 0);
    } catch {
      // It was not in flight.
    }
  }
}
