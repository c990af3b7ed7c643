import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { LogFileError } from "./error.ts";

/** What one log file may unpack to. CloudFront's are a few megabytes; nothing of it stays in memory, so this bounds time. */
export const MAX_LOG_BYTES: number = 512 * 1024 * 1024;

/** The first bytes of Apache Parquet, another format of standard logging v2. */
const PARQUET = "PAR1";

/**
 * The text of a log file, piece by piece: unpacked when it is gzip, as it is when it is not.
 *
 * @throws LogFileError when the gzip is cut off or broken, or unpacks to more than `maxBytes`, or when it is Parquet
 */
export async function* unpack(bytes: Uint8Array, name: string, maxBytes: number): AsyncGenerator<Buffer> {
  let unpacked = 0;
  for await (const piece of isGzip(bytes) ? gunzip(bytes, name) : [Buffer.from(bytes)]) {
    if (unpacked === 0 && piece.subarray(0, PARQUET.length).toString("latin1") === PARQUET) {
      const cure = "choose W3C or JSON as the output format of this distribution's standard logging";
      throw new LogFileError(name, `Expected text, got Parquet: ${cure}`);
    }
    unpacked += piece.length;
    if (unpacked > maxBytes) throw new LogFileError(name, `Expected at most ${maxBytes} bytes of log, got more`);
    yield piece;
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* gunzip(bytes: Uint8Array, name: string): AsyncGenerator<Buffer> {
  // The iterator below throws what fails, and ends the pipeline when it is left early.
  const stream = pipeline(Readable.from([bytes]), createGunzip(), () => {});
  try {
    yield* stream;
  } catch (cause) {
    throw new LogFileError(name, `Expected whole gzip data: ${(cause as Error).message}`, { cause });
  }
}
