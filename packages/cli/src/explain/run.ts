import type { Kind, Late } from "@penstock/model";
import { type Explanation, explain, openReceiver, REASON_NOTES, type SeriesOutlook } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { readInput } from "../output/input.ts";
import { toBody } from "../output/message.ts";
import { operating } from "../output/operating.ts";
import { formatTable, printable } from "../output/table.ts";
import { count, timeWords } from "../output/words.ts";

export interface ExplainOptions {
  readonly receiver?: string;
  readonly query?: string;
  readonly kind?: Kind;
  readonly late?: Late;
  readonly groups?: number;
  readonly json?: true;
}

/** Samples of one series that are printed as text. */
const MAX_SAMPLES = 20;

/** Says what would become of a message. Exit code 1 when something of it would be refused. @throws {CommandError} */
export function runExplain(text: string | undefined, options: ExplainOptions): Promise<void> {
  return operating(async () => {
    const { groups } = options;
    if (groups !== undefined && !(Number.isSafeInteger(groups) && groups >= 1)) {
      throw new CommandError(EXIT.usage, "Expected `--groups` to be a whole number of at least 1");
    }
    const nowMs = Date.now();
    const { kind, late } = options;
    const envelope = { ...(kind !== undefined && { kind }), ...(late !== undefined && { late }) };
    const body = toBody((text ?? (await readInput(undefined)).toString()).trim(), nowMs, envelope);
    if (body === undefined) throw new CommandError(EXIT.usage, "Expected a message or a sample, got nothing");
    const receiver =
      options.receiver === undefined ? undefined : openReceiver({ url: options.receiver, queryUrl: options.query });
    const explanation = await explain(body, { nowMs, groups, receiver });
    process.stdout.write(options.json ? `${JSON.stringify(explanation)}\n` : formatExplanation(explanation));
    if (explanation.rejected > 0) process.exitCode = EXIT.findings;
  });
}

function formatExplanation({ malformed, id, kind, late, series, samples, rejected }: Explanation): string {
  if (malformed) return `Refused as a whole: ${reasonWords(malformed.reason, malformed.detail)}\n`;
  const name = id === undefined ? "without an id: it is named by its deduplication id" : `with the id ${printable(id)}`;
  const head = `A message ${name}; kind ${kind}, late ${late}; ${count(samples, "sample")}, ${rejected} refused.\n`;
  return [head, ...series.map(formatSeries)].join("\n");
}

function formatSeries({ key, group, reject, samples, newestByLane }: SeriesOutlook): string {
  const title = `${printable(key) || "(unreadable)"}\n  group ${group}\n`;
  if (reject) return `${title}  refused: ${reasonWords(reject.reason, reject.detail)}\n`;
  const lanes = Object.entries(newestByLane ?? {}).map(([lane, ms]) => `lane ${lane}: newest ${timeWords(ms)}`);
  const seen =
    newestByLane === undefined ? "" : `  ${lanes.join("; ") || "nothing of it is stored in the last hour"}\n`;
  const rows = samples
    .slice(0, MAX_SAMPLES)
    .map((sample) => [
      Number.isFinite(sample.timestamp) && Math.abs(sample.timestamp) <= 8.64e15 ? timeWords(sample.timestamp) : "-",
      String(sample.value),
      sample.fate,
      sample.lane ?? "-",
      sample.reject ? reasonWords(sample.reject.reason, sample.reject.detail) : "",
    ]);
  const more = samples.length > MAX_SAMPLES ? `and ${samples.length - MAX_SAMPLES} more; --json shows all.\n` : "";
  return `${title}${seen}${formatTable(["TIME", "VALUE", "FATE", "LANE", "WHY"], rows)}${more}`;
}

function reasonWords(reason: string, detail: string): string {
  const note = Object.hasOwn(REASON_NOTES, reason) ? REASON_NOTES[reason as keyof typeof REASON_NOTES] : undefined;
  return `${reason}: ${printable(detail)}${note ? ` ${note.cure}` : ""}`;
}
