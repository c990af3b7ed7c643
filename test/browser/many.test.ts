import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startConsole } from "@penstock/console";
import { type FifoQueue, startQueueServer } from "@penstock/local";
import { encodeMessage, groupOf, seriesKey } from "@penstock/model";
import { openReceiver } from "@penstock/operator";
import { afterEach, expect, test } from "vitest";
import type { Desk, Job, ListView, PivotView, ReplayPlan } from "../../packages/console/src/api.ts";
import { describeWith } from "../require.ts";
import { openPage, startBrowser } from "./browser.ts";
import { directQueue } from "./direct.ts";
import { PageClient } from "./http.ts";

const LETTERS = 10_000;
const REASONS = ["label_invalid", "sample-too-old", "refused", "value_invalid"] as const;
/** Samples of a letter whose body is what weighs. */
const MANY_SAMPLES = 300;
/** A look at all is a thousand and more calls of SQS. */
const TIMEOUT_MS = 240_000;
const REPLAY: ReplayPlan = { selector: "", restamp: false, relabel: [], unnamed: false, reach: "front" };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A dead-letter queue with ten thousand letters, and a console in front of it. Nobody reads the queue. */
async function startMany(samples: number) {
  const server = await startQueueServer();
  const queue = server.account.createQueue("many.fifo");
  const deadLetters = server.account.createQueue("many-dead.fifo");
  const bodyBytes = bury(deadLetters, samples);
  const missing = { missing: "Nothing runs here." };
  const served = await startConsole({
    sources: {
      queue: directQueue(queue),
      deadLetters: directQueue(deadLetters),
      receiver: openReceiver({ url: server.url }),
      receiverUrl: server.url,
      books: missing,
      oldestSentAtMs: missing,
      writes: missing,
    },
  });
  closing.push(
    () => server.close(),
    () => served.close(),
  );
  return { served, queue, deadLetters, bodyBytes, page: await PageClient.open(served) };
}

function bury(deadLetters: FifoQueue, samples: number): number {
  const now = Date.now();
  let bytes = 0;
  for (let i = 0; i < LETTERS; i++) {
    const metric = { __name__: `metric_${i % 50}_total`, instance: `host-${i % 1_000}` };
    const group = groupOf(seriesKey(metric));
    const source = { messageId: `source-${i}`, group, sentAt: now, receiveCount: 1 };
    const reason = REASONS[i % REASONS.length]!;
    const body = encodeMessage({
      v: 1,
      id: `message-${i}`,
      writer: `writer-${i % 7}`,
      series: [
        {
          metric,
          timestamps: Array.from({ length: samples }, (_, j) => now - j),
          values: Array.from({ length: samples }, () => 1),
        },
      ],
      rejected: { reason, detail: "It was refused", at: now - i, source },
    });
    bytes += body.length;
    deadLetters.sendOne({ body, group, deduplicationId: `letter-${i}` });
  }
  return bytes;
}

const collectGarbage: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
})();

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The ids of the messages in a queue. */
function idsIn(queue: FifoQueue): string[] {
  return [...queue.messages()].map(({ body }) => JSON.parse(body).id);
}

test("ten thousand letters: a look keeps little of them, and answers stay small", { timeout: TIMEOUT_MS }, async () => {
  const { page, bodyBytes, deadLetters } = await startMany(MANY_SAMPLES);
  await page.get<Desk>("desk");
  const before = heapBytes();
  const look = await page.run("look", { reach: "all" });
  expect(look).toMatchObject({ state: "done", seen: LETTERS });
  const grown = heapBytes() - before;
  expect(grown).toBeLessThan(bodyBytes / 2);

  const desk = await page.get<Desk>("desk");
  expect(desk).toMatchObject({ look: { letters: LETTERS, full: false, sweep: { hidden: 0 } } });
  expect(desk.busy).toBeUndefined();
  const pivot = await page.get<PivotView>("pivot?by=reason");
  expect(pivot).toMatchObject({ letters: LETTERS, samples: LETTERS * MANY_SAMPLES });
  expect(pivot.rows.map(({ letters }) => letters)).toEqual(REASONS.map(() => LETTERS / REASONS.length));
  const wide = await page.get<PivotView>("pivot?by=reason,series,writer,hour");
  expect(wide.rowCount).toBeGreaterThan(1_000);
  expect(wide.rows.length).toBeLessThanOrEqual(200);
  const q = encodeURIComponent('{reason="refused",writer=~"writer-[12]"}');
  const list = await page.get<ListView>(`letters?q=${q}&limit=200`);
  expect(list.letters.length).toBe(200);
  expect(list.total).toBe(
    Array.from({ length: LETTERS }, (_, i) => i).filter((i) => i % 4 === 2 && [1, 2].includes(i % 7)).length,
  );
  expect(JSON.stringify([wide, list]).length).toBeLessThan(500_000);
  expect(idsIn(deadLetters).length).toBe(LETTERS);
});

test("ten thousand letters: a replay cancelled half-way and run again sends each of them once", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { page, queue, deadLetters } = await startMany(1);
  const carryOut = async (): Promise<Job> => {
    const preview = await page.run("preview/replay", REPLAY);
    const letters = preview.replay!.report!.replayed;
    return page.post<Job>(`jobs/${preview.id}/confirm`, { letters });
  };
  const first = await carryOut();
  const half = (): Promise<Job> => page.get<Job>(`jobs/${first.id}`);
  await expect
    .poll(async () => (await half()).done, { timeout: TIMEOUT_MS, interval: 20 })
    .toBeGreaterThan(LETTERS / 4);
  await page.post(`jobs/${first.id}/cancel`, {});
  await expect.poll(async () => (await half()).state).toBe("cancelled");
  const sent = idsIn(queue).length;
  expect(sent).toBeLessThan(LETTERS);
  expect(new Set([...idsIn(queue), ...idsIn(deadLetters)]).size).toBe(LETTERS);
  expect(sent + idsIn(deadLetters).length).toBe(LETTERS);

  const { id } = await carryOut();
  await expect.poll(async () => (await page.get<Job>(`jobs/${id}`)).state, { timeout: TIMEOUT_MS }).toBe("done");
  expect(idsIn(deadLetters)).toEqual([]);
  expect(new Set(idsIn(queue)).size).toBe(LETTERS);
  expect(idsIn(queue).length).toBe(LETTERS);
});

describeWith("chromium", "ten thousand letters in a browser", () => {
  test("the page draws a few of them, and finds any", { timeout: TIMEOUT_MS }, async () => {
    const { served } = await startMany(1);
    const browser = await startBrowser();
    closing.push(() => browser.close());
    const { page, complaints, picture } = await openPage(browser, `${served.url}letters`, "light");
    await page.getByRole("button", { name: "Look behind them too" }).click();
    await page.getByText("10\u202f000 letters seen").waitFor({ timeout: TIMEOUT_MS });
    expect(await page.locator(".letters tbody tr").count()).toBe(100);
    await page.getByRole("link", { name: "series", exact: true }).click();
    await page.getByText("200 of").waitFor();
    expect(await page.locator("tbody tr").count()).toBeLessThanOrEqual(300);
    await picture("10000-letters");
    await page.keyboard.press("/");
    await page.keyboard.type('{instance="host-77",reason="sample-too-old"}');
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "10 letters" }).waitFor();
    await page.locator(".letters .row-link").last().click();
    await page.locator(".detail").getByText("host-77").waitFor();
    expect(complaints).toEqual([]);
  });
});
