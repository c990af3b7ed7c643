import { decodeWriteRequest, UnpackError } from "@penstock/local";
import { jsonValue, MAX_DECODED_BYTES } from "@penstock/model";
import { openBody } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { readInput } from "../output/input.ts";
import { operating } from "../output/operating.ts";

/** Prints a body as JSON. Exit code 1 when it is neither a message nor remote write. @throws {CommandError} */
export function runDecode(file: string | undefined, { json }: { readonly json?: true }): Promise<void> {
  return operating(async () => {
    const body = await readInput(file);
    if (body.length === 0) throw new CommandError(EXIT.usage, "Expected a message or a remote-write body, got nothing");
    const message = openBody(body.toString());
    if (message !== undefined) process.stdout.write(`${JSON.stringify(message, undefined, json ? undefined : 2)}\n`);
    else for (const line of await remoteWriteLines(body)) process.stdout.write(`${line}\n`);
  });
}

/** A line of the VictoriaMetrics JSON format for each series. */
async function remoteWriteLines(body: Buffer): Promise<string[]> {
  try {
    const series = await decodeWriteRequest(body, MAX_DECODED_BYTES);
    return series.map(({ labels, timestamps, values }) =>
      JSON.stringify({
        metric: Object.fromEntries(labels),
        timestamps: Array.from(timestamps),
        values: Array.from(values, jsonValue),
      }),
    );
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    throw new CommandError(EXIT.findings, `Neither a message in JSON nor remote write 1.0: ${error.message}`);
  }
}
