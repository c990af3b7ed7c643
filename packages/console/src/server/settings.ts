import { type QueueFigures, REASON_NOTES, UNFIT } from "@penstock/operator";
import type { Settings, Told } from "../api.ts";
import { ask, type ConsoleSources, type Source } from "./sources.ts";

/** Whether a URL points at this machine. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}

/** What the console is pointed at, and what it can show there. Never rejects. */
export async function describeSettings(
  sources: ConsoleSources,
  intervalMs: number,
  startedMs: number,
): Promise<Settings> {
  const { queue, deadLetters, receiverUrl, queryUrl } = sources;
  const [attributes, deadLetterAttributes] = await Promise.all([attributesOf(queue), attributesOf(deadLetters)]);
  return {
    queueUrl: queue.url,
    deadLetterQueueUrl: deadLetters.url,
    receiverUrl,
    queryUrl,
    place: placeOf(queue.url),
    browsable: isLoopback(receiverUrl),
    intervalMs,
    sources: [
      { name: "The consumer's books", answer: told(sources.books) },
      { name: "Age of the oldest message", answer: told(sources.oldestSentAtMs) },
      { name: "Writes to the receiver", answer: told(sources.writes) },
    ],
    attributes,
    deadLetterAttributes,
    node: process.versions.node,
    startedMs,
    reasons: REASON_NOTES,
    unfit: UNFIT,
  };
}

function told(source: Source<unknown>): Told<string> {
  return typeof source === "function" ? { known: true, value: "Available." } : { known: false, why: source.missing };
}

function attributesOf(queue: { figures(): Promise<QueueFigures> }): Promise<Told<Readonly<Record<string, string>>>> {
  return ask(async () => (await queue.figures()).attributes);
}

function placeOf(queueUrl: string): string {
  if (isLoopback(queueUrl)) return "this machine";
  return /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(queueUrl)?.[1] ?? (URL.canParse(queueUrl) ? new URL(queueUrl).host : "");
}
