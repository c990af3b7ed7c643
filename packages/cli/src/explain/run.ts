import type { Kind, Late } from "@penstock/model";
import { type Explanation, explain, noteOf, type SeriesOutlook } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { readInput } from "../output/input.ts";
import { isJson, toBody } from "../output/message.ts";
import { operating } from "../output/operating.ts";
import { openReadable } from "../output/receiver.ts";
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
    const { kind, late, groups, receiver, query } = options;
    const nowMs = Date.now();
    const envelope = { ...(kind !== undefined && { kind }), ...(late !== undefined && { late }) };
    const given = text === undefined || text === "-" ? (await readInput(undefined)).toString() : text;
    const body = toBody(oneOf(given), nowMs, envelope);
    if (body === undefined) throw new CommandError(EXIT.usage, "Expected a message or a sample, got nothing");
    const looked =
      receiver === undefined ? undefined : openReadable({ receiver, ...(query !== undefined && { query }) });
    const explanation = await explain(body, { nowMs, groups, receiver: looked });
    process.stdout.write(options.json ? `${JSON.stringify(explanation)}\n` : formatExplanation(explanation));
    if (explanation.rejected > 0) process.exitCode = EXIT.findings;
  });
}

/** A message may be written over several lines, samples not. @throws {CommandError} */
function oneOf(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.includes("\n") || isJson(trimmed)) return trimmed;
  const lines = trimmed.split("\n").length;
  throw new CommandError(
    EXIT.usage,
    `Expected one message or sample, got ${lines} lines: \`penstock check\` takes them`,
  );
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
  const shown = samples.slice(0, MAX_SAMPLES);
  const rows = shown.map(({ timestamp, value, fate, lane, reject: refused }) => [
    timeWords(timestamp),
    String(value),
    fate,
    lane ?? "-",
    refused?.reason ?? "",
  ]);
  const more = samples.length > shown.length ? `and ${samples.length - shown.length} more; --json shows all.\n` : "";
  const details = new Map(shown.flatMap((sample) => (sample.reject ? [[sample.reject.reason, sample.reject]] : [])));
  const whys = [...details.values()].map(({ reason, detail }) => `  ${reasonWords(reason, detail)}\n`);
  const table = formatTable(["TIME", "VALUE", "FATE", "LANE", "WHY"], rows);
  return `${title}  ${lanesWords(newestByLane)}\n${table}${more}${whys.join("")}`;
}

function lanesWords(newestByLane: SeriesOutlook["newestByLane"]): string {
  if (newestByLane === undefined) return "lanes as if nothing of it were stored: --receiver looks at what is";
  const lanes = Object.entries(newestByLane).map(([lane, ms]) => `lane ${lane}: newest ${timeWords(ms)}`);
  return lanes.join("; ") || "nothing of it is stored in the last hour";
}

/** The first detail of a reason stands for all, with the cure. */
function reasonWords(reason: string, detail: string): string {
  const cure = noteOf(reason)?.cure;
  return `${reason}: ${printable(detail)}${cure === undefined ? "" : `. ${cure}`}`;
}
