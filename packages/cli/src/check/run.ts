import { type Finding, findingsIn } from "@penstock/operator";
import { EXIT } from "../exit.ts";
import { readInput } from "../output/input.ts";
import { isJson, toBody } from "../output/message.ts";
import { operating } from "../output/operating.ts";
import { printable } from "../output/table.ts";
import { count } from "../output/words.ts";

/** Findings that are printed as text. */
const MAX_FINDINGS = 200;

/** Names what would be refused, by line. Exit code 1 when there is something. @throws {CommandError} */
export function runCheck(file: string | undefined, { json }: { readonly json?: true }): Promise<void> {
  return operating(async () => {
    const text = (await readInput(file)).toString();
    const nowMs = Date.now();
    let samples = 0;
    let findings = 0;
    for (const { line, body } of piecesOf(text, nowMs)) {
      const checked = typeof body === "string" ? findingsIn(body, nowMs) : { samples: 1, findings: [body] };
      samples += checked.samples;
      for (const finding of checked.findings) {
        findings++;
        if (json) process.stdout.write(`${JSON.stringify({ line, ...finding })}\n`);
        else if (findings <= MAX_FINDINGS) process.stdout.write(formatFinding(line, finding));
      }
    }
    if (!json) {
      const more = findings > MAX_FINDINGS ? ` (${findings - MAX_FINDINGS} not shown; --json shows all)` : "";
      process.stdout.write(`${count(samples, "sample")}, ${count(findings, "finding")}${more}.\n`);
    }
    if (findings > 0) process.exitCode = EXIT.findings;
  });
}

/** The whole text when it is one message, perhaps over many lines; else its lines. */
function* piecesOf(text: string, nowMs: number): Generator<{ line: number; body: string | Finding }> {
  if (/^\s*\{\s*"(?:v|encoding)"/.test(text) && isJson(text)) {
    yield { line: 1, body: text };
    return;
  }
  for (const [i, line] of text.split("\n").entries()) {
    const body = readLine(line, nowMs);
    if (body !== undefined) yield { line: i + 1, body };
  }
}

function readLine(line: string, nowMs: number): string | Finding | undefined {
  try {
    return line.trim() === "" ? undefined : toBody(line.trim(), nowMs);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { reason: "message_malformed", detail: error.message, series: "", index: undefined, samples: 1 };
  }
}

function formatFinding(line: number, { reason, detail, series, samples }: Finding): string {
  const where = series === "" ? "" : ` in ${printable(series)}`;
  return `Line ${line}: ${reason}: ${printable(detail)} (${count(samples, "sample")}${where})\n`;
}
