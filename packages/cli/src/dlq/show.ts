import { digestOf, type Letter, noteOf, reasonPage } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { holding } from "../output/operating.ts";
import { formatFields, formatTable, printable } from "../output/table.ts";
import { ageWords, count, timeWords } from "../output/words.ts";
import { type DlqOptions, lookOf, openLetters, tellSweep } from "./open.ts";
import { progressing, seen } from "./progress.ts";

const MAX_SAMPLES = 20;
/** With fewer characters most letters would be meant. */
const LEAST_ID = 4;

/** Shows one letter. Exit code 1 when it was not found. @throws {CommandError} */
export function runShow(id: string, options: DlqOptions): Promise<void> {
  return holding(async (signal) => {
    if (id.length < LEAST_ID) {
      throw new CommandError(EXIT.usage, `Expected at least ${LEAST_ID} characters of an id, got \`${id}\``);
    }
    const look = lookOf("", options, signal);
    const { letter, sweep } = await progressing("end", (show) =>
      openLetters(options).find(id, { ...look, onProgress: seen(show) }),
    );
    tellSweep(sweep, look.reach);
    if (!letter) throw new CommandError(EXIT.findings, `No letter within reach has an id that begins with \`${id}\`.`);
    process.stdout.write(options.json ? `${JSON.stringify(jsonOf(letter))}\n` : formatLetter(letter));
  });
}

function jsonOf(letter: Letter): object {
  const { body, ...rest } = letter;
  return { ...digestOf(letter), ...rest, body };
}

function formatLetter(letter: Letter): string {
  const note = noteOf(letter.reason);
  const { source } = letter;
  const fields = formatFields([
    ["id", letter.id],
    ["reason", letter.reason],
    ["meaning", note?.meaning],
    ["cause", note?.cause],
    ["cure", note?.cure],
    ["replay", note && ADVICE[note.replay]],
    ["read on", reasonPage(letter.reason)],
    ["detail", letter.detail],
    ["status", letter.status?.toString()],
    ["request id", letter.requestId],
    ["lanes tried", letter.lanes.join(", ")],
    ["died", `${timeWords(letter.diedAtMs)}, ${ageWords(Date.now() - letter.diedAtMs)} ago`],
    ["arrived", timeWords(letter.arrivedAtMs)],
    [
      "shape",
      letter.shape === "moved" ? "a whole message, moved by the redrive policy" : "rejected samples of a message",
    ],
    ["message", letter.name ?? "(without id)"],
    ["writer", letter.writer],
    ["kind", `${letter.kind}, late: ${letter.late}`],
    ["group", letter.group],
    [
      "source",
      source &&
        `message ${source.messageId}, sent ${timeWords(source.sentAtMs)}, received ${count(source.receiveCount, "time")}`,
    ],
    ["receives", String(letter.receiveCount)],
  ]);
  return `${fields}\n${letter.unreadable === undefined ? formatSamples(letter) : `${printable(letter.unreadable)}\n`}`;
}

const ADVICE = {
  "as-is": "as it is, once the cause is gone",
  restamp: "with --restamp",
  relabel: "with --rename, --set or --relabel",
  edit: "after export, an edit and import",
  never: "does not help: drop it",
} as const;

function formatSamples({ series, diedAtMs, samples }: Letter): string {
  const rows = series.flatMap(({ key, timestamps, values }) =>
    timestamps
      .slice(0, MAX_SAMPLES)
      .map((timestamp, i) => [
        timeWords(timestamp),
        diedAtMs >= timestamp ? ageWords(diedAtMs - timestamp) : `${ageWords(timestamp - diedAtMs)} ahead`,
        String(values[i]),
        key || "(unreadable)",
      ]),
  );
  const shown = rows.slice(0, MAX_SAMPLES);
  const more = samples - shown.length;
  const rest = more > 0 ? `and ${more} more; --json shows all.\n` : "";
  return `${formatTable(["TIME", "AGE AT DEATH", "VALUE", "SERIES"], shown)}${rest}`;
}
