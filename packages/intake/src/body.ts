import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Limits, Meter } from "./limits.ts";
import { Problem } from "./problem.ts";

/**
 * The body of a request as it was sent. It is read to the end even when it is too long, so that the client hears the
 * answer, but no more than the limit is kept; how long that may take is the server's to bound.
 *
 * @throws {Problem} 413 when it is too long, 400 when it breaks off
 */
export async function readBody(request: Request, { maxBodyBytes }: Limits): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length <= maxBodyBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch (error) {
    throw new Problem(400, `Expected the whole body, but it broke off: ${(error as Error).message}`);
  }
  if (length > maxBodyBytes) {
    throw new Problem(413, `Expected a body of at most ${maxBodyBytes} bytes, got ${length}`);
  }
  return Buffer.concat(chunks);
}

/**
 * The body of a request, unpacked if it is gzip.
 *
 * @throws {Problem} 413 when it is too long, packed or unpacked; 415 for another encoding; 400 when it is no gzip
 */
export async function readUnpacked(request: Request, limits: Limits): Promise<Buffer> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity" && encoding !== "gzip") {
    throw new Problem(415, `Expected \`Content-Encoding\` to be gzip or none, got ${encoding}`);
  }
  const body = await readBody(request, limits);
  return encoding === "gzip" ? unpackGzip(body, limits) : body;
}

const gunzipAsync = promisify(gunzip) as (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** @throws {Problem} 413 for what unpacks to too much, 400 for what is no gzip */
export async function unpackGzip(bytes: Buffer, { maxDecodedBytes }: Limits): Promise<Buffer> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: maxDecodedBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new Problem(413, `Expected a body that unpacks to at most ${maxDecodedBytes} bytes, got more`);
    }
    throw new Problem(400, `Expected a gzip body: ${message}`);
  }
}

/** The media type of a request, in lower case and without parameters; "" without one. */
export function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

/**
 * The JSON of a body.
 *
 * @throws {Problem} 400 when it is none, 413 when it has too many objects and lists, those in its texts included
 */
export function parseJson(bytes: Buffer, { maxElements }: Limits): unknown {
  const elements = new Meter(maxElements, "objects and lists");
  for (const byte of bytes) if (byte === OPEN_BRACE || byte === OPEN_BRACKET) elements.add();
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new Problem(400, `Expected JSON: ${(error as Error).message}`);
  }
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** @throws {Problem} 415: a browser's page cannot send this type elsewhere unasked */
export function requireJson(request: Request): void {
  const type = mediaType(request);
  if (type !== "application/json") {
    throw new Problem(415, `Expected \`Content-Type\` to be application/json, got ${type === "" ? "none" : type}`);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
