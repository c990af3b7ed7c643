import { createHash, randomUUID } from "node:crypto";
import {
  cut,
  MAX_BATCH_ENTRIES,
  MAX_MESSAGE_BYTES,
  MAX_QUEUE_ID_LENGTH,
  type Message,
  utf8Length,
} from "@penstock/model";
import type { Outgoing, Queue } from "../queue.ts";
import { keepArrival } from "./arrival.ts";
import { openBody, packBody } from "./body.ts";
import type { Letter } from "./letter.ts";
import { nameOfUnnamed } from "./rewrite.ts";

/** A line of an export. `message` may be edited: relabelled, its times mended, series taken out. */
interface Line {
  readonly id: string;
  readonly shape: Letter["shape"];
  readonly reason: string;
  readonly group: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Of the body, so that an import knows whether it was edited. */
  readonly sha256: string;
  /** The body as JSON, unpacked; or `body`, when it is no JSON object. */
  readonly message?: Record<string, unknown> | undefined;
  readonly body?: string | undefined;
}

/** A letter as one line of JSON, with all that an import needs to put it back. */
export function exportLine(letter: Letter): string {
  const { id, shape, reason, group, arrivedAtMs, body } = letter;
  const message = openBody(body);
  const content = message ? { message } : { body };
  const line: Line = { id, shape, reason, group, arrivedAt: arrivedAtMs, sha256: digest(content), ...content };
  return JSON.stringify(line);
}

/** What became of the lines of an import. */
export interface ImportReport {
  readonly lines: number;
  /** Queued as dead letters. */
  readonly imported: number;
  /** By the number of their lines, from 1: what is wrong with them. */
  readonly refused: readonly { readonly line: number; readonly detail: string }[];
  /** Lines refused beyond those that are named. */
  readonly more: number;
}

const MAX_NAMED = 100;
const GROUP = new RegExp(`^[!-~]{1,${MAX_QUEUE_ID_LENGTH}}$`);

/**
 * Puts exported letters into a dead-letter queue. A letter that was not edited is the letter it was: should the original
 * still be there, the two are made one again by the next replay or drop.
 */
export async function importLines(
  lines: AsyncIterable<string>,
  queue: Queue,
  onProgress?: (imported: number) => void,
): Promise<ImportReport> {
  // New in each run: an import after an import and a drop must not be taken for the first one.
  const run = randomUUID();
  let number = 0;
  let imported = 0;
  let refusals = 0;
  const refused: { line: number; detail: string }[] = [];
  const refuse = (line: number, detail: string): void => {
    refusals++;
    if (refused.length < MAX_NAMED) refused.push({ line, detail });
  };
  let batch: { line: number; entry: Outgoing }[] = [];
  const flush = async (): Promise<void> => {
    const outcomes = await queue.send(batch.map(({ entry }) => entry));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.ok) imported++;
      else refuse(batch[i]!.line, outcome.detail);
    }
    batch = [];
    onProgress?.(imported);
  };
  for await (const text of lines) {
    number++;
    if (text.trim() === "") continue;
    const read = readLine(text, `import-${run}-${number}`);
    if (typeof read === "string") refuse(number, read);
    else batch.push({ line: number, entry: read });
    if (batch.length === MAX_BATCH_ENTRIES) await flush();
  }
  if (batch.length > 0) await flush();
  return { lines: number, imported, refused, more: refusals - refused.length };
}

/** The entry of a line, or what is wrong with it. */
function readLine(text: string, deduplicationId: string): Outgoing | string {
  const line = openBody(text) as Partial<Line> | undefined;
  if (line === undefined) return `Expected a JSON object, got ${cut(text, 60)}`;
  const { id, shape, group, arrivedAt, message, body } = line;
  if (
    typeof id !== "string" ||
    id === "" ||
    typeof arrivedAt !== "number" ||
    !(shape === "rejected" || shape === "moved")
  ) {
    return "Expected a line of `penstock dlq export`, with `id`, `shape` and `arrivedAt`";
  }
  if (typeof group !== "string" || !GROUP.test(group)) return "Expected `group` to be a message group";
  if ((typeof message === "object" && message !== null) === (typeof body === "string")) {
    return "Expected either `message` or `body`";
  }
  const content = message ? { message } : { body: body! };
  const isEdited = line.sha256 !== digest(content);
  // First what tells it from the original, as lists show the beginning of an id.
  const letterId = isEdited ? `${digest(content).slice(0, 8)}~${id}` : id;
  const restored = message ? bodyOf(message, shape, id) : body!;
  if (utf8Length(restored) > MAX_MESSAGE_BYTES) return `Expected at most ${MAX_MESSAGE_BYTES} bytes in a message`;
  return {
    body: restored,
    group,
    deduplicationId,
    attributes: keepArrival({ id: letterId, arrivedAtMs: arrivedAt, shape }),
  };
}

/** A whole message without an id gets the one that a replay would give it, which it could not find later. */
function bodyOf(message: Record<string, unknown>, shape: Letter["shape"], id: string): string {
  const isUnnamed = shape === "moved" && message.id === undefined && message.v === 1;
  return packBody((isUnnamed ? { ...message, id: nameOfUnnamed(id) } : message) as unknown as Message);
}

function digest(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
