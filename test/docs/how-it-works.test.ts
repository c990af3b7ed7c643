import { flush, type QueueRecord } from "@penstock/flusher";
import { AMP_RULES, LocalReceiver, receiverPort } from "@penstock/local";
import {
  type Clock,
  formatSelector,
  groupOf,
  type LabelPairs,
  type Message,
  type Receiver,
  seriesKey,
} from "@penstock/model";
import { expect, test } from "vitest";
import { namedBlocks, readPage } from "./pages.ts";

const PAGE = "docs/how-it-works.md";
const BLOCKS = namedBlocks(PAGE);
const message = JSON.parse(BLOCKS.get("message.json")!) as Message;
const { metric, timestamps } = message.series[0]!;
/** SQS takes the first message a second after its sample. */
const SENT_MS = timestamps[0]! + 1_000;

let nowMs = 0;
const clock: Clock = { now: () => nowMs, sleep: async () => undefined, random: () => 0.5 };
const stored = receiverPort(new LocalReceiver({ now: () => nowMs, rules: { ...AMP_RULES, engine: "cortex" } }));
const lines: string[] = [];

/** Says what passes between the consumer and its receiver, times in milliseconds beside the first sample's. */
const receiver: Receiver = {
  async read(query, timeoutMs) {
    const answer = await stored.read!(query, timeoutMs);
    lines.push(`look   ${formatSelector(query.matchers)} from ${relative(query.startMs)}`);
    const found = answer.kind === "read" ? answer.series : [];
    for (const one of found) lines.push(...samples("found", Object.entries(one.labels).sort(), one));
    if (found.length === 0) lines.push("found  nothing");
    return answer;
  },
  async write(series, timeoutMs) {
    for (const one of series) lines.push(...samples("write", one.labels, one));
    const answer = await stored.write(series, timeoutMs);
    if (answer.kind === "answered") lines.push(`answer ${answer.status}`);
    return answer;
  },
};

function samples(
  word: string,
  labels: LabelPairs,
  { timestamps, values }: { timestamps: readonly number[]; values: readonly number[] },
): string[] {
  const name = labels.find(([label]) => label === "__name__")![1];
  const others = labels.filter(([label]) => label !== "__name__").map(([label, value]) => `${label}="${value}"`);
  return timestamps.map((at, i) => `${word.padEnd(6)} ${name}{${others.join(",")}} ${values[i]} at ${relative(at)}`);
}

function relative(atMs: number): string {
  return `${atMs - timestamps[0]!}`;
}

async function deliver(id: string, agoMs: number, value: number, receiveCount: number): Promise<void> {
  const body: Message = { ...message, id, series: [{ metric, timestamps: [timestamps[0]! - agoMs], values: [value] }] };
  const record: QueueRecord = {
    messageId: id,
    deduplicationId: id,
    body: JSON.stringify(body),
    group: groupOf(seriesKey(metric)),
    sentAtMs: SENT_MS,
    receiveCount,
  };
  lines.length = 0;
  const { report } = await flush([record], nowMs + 60_000, { receiver, clock, deadLetters: { send: async () => [] } });
  lines.push(`${report.stored} stored, ${report.duplicate} duplicate`);
}

test("docs/how-it-works.md says what really passes between the consumer and the receiver", async () => {
  const said = (): string => `${lines.join("\n")}\n`;
  nowMs = SENT_MS + 200;
  await deliver(message.id!, 0, 1, 1);
  expect(said()).toBe(BLOCKS.get("first"));
  nowMs += 30_000;
  await deliver(message.id!, 0, 1, 2);
  expect(said()).toBe(BLOCKS.get("again"));
  await deliver("0198c1f2-late", 5_000, 2, 1);
  expect(said()).toBe(BLOCKS.get("late"));
});

test("docs/how-it-works.md follows the flush's own order", () => {
  const page = readPage(PAGE);
  const steps = ["decode", "look", "place", "write", "judge", "settle"];
  const places = steps.map((step) => page.indexOf(`\n### ${step[0]!.toUpperCase()}${step.slice(1)}`));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});
