import { MAX_SAMPLE_LEAD_MS, type ReadSeries } from "@penstock/model";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { asUsage, CommandError, EXIT } from "../exit.ts";
import { parseSelector } from "./selector.ts";
import { formatTable } from "./table.ts";

export interface QueryOptions {
  readonly receiver: string;
  readonly query?: string;
  /** Milliseconds. */
  readonly since: number;
  readonly json?: boolean;
}

const TIMEOUT_MS = 30_000;

/** Prints the series that match, and their samples. @throws {CommandError} */
export async function runQuery(selector: string, { receiver, query, since, json }: QueryOptions): Promise<void> {
  const matchers = asUsage(() => parseSelector(selector));
  const { read } = asUsage(() => createReceiver(receiverUrls({ url: receiver, queryUrl: query })));
  if (!read) {
    throw new CommandError(
      EXIT.usage,
      `Expected \`--query\` beside ${receiver}, which does not say where it is queried`,
    );
  }
  const nowMs = Date.now();
  // Samples may be a little ahead of this clock.
  const startMs = Math.max(0, nowMs - since);
  const answer = await read({ matchers, startMs, endMs: nowMs + MAX_SAMPLE_LEAD_MS }, TIMEOUT_MS);
  if (answer.kind === "heavy") {
    throw new CommandError(EXIT.remote, `Too much at once, ask for less with \`--since\`: ${answer.detail}`);
  }
  if (answer.kind === "failed") throw new CommandError(EXIT.remote, `The receiver could not be read: ${answer.detail}`);
  process.stdout.write(json ? formatJson(answer.series) : formatTable(answer.series));
}

/** JSON has no number for three values, so these are text, as in a message. */
function formatJson(series: readonly ReadSeries[]): string {
  return series
    .map(({ labels, timestamps, values }) => {
      const numbers = values.map((value) => (Number.isFinite(value) ? value : String(value)));
      return `${JSON.stringify({ metric: labels, timestamps, values: numbers })}\n`;
    })
    .join("");
}
