import { MAX_BATCH_ENTRIES } from "@penstock/model";
import { batchIdsNotDistinct, emptyBatch, invalidBatchEntryId, QueueError, tooManyEntries } from "../errors.ts";
import { MAX_NAME_LENGTH } from "../limits.ts";
import { objects, optionalText, type Params } from "./params.ts";

/** One entry of a batch, and its Id in the request. */
export interface BatchEntry {
  readonly id: string;
  readonly params: Params;
}

/** The answer to a batch: each entry succeeded or failed by itself. */
export interface BatchResult {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

/** @throws QueueError when the batch is empty, too long, or its Ids are not good or not distinct */
export function batchEntries(params: Params): readonly BatchEntry[] {
  const entries = objects(params, "Entries");
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > MAX_BATCH_ENTRIES) throw tooManyEntries(MAX_BATCH_ENTRIES, entries.length);
  const ids = new Set<string>();
  return entries.map((entry) => {
    const id = optionalText(entry, "Id") ?? "";
    if (!ENTRY_ID.test(id)) throw invalidBatchEntryId();
    if (ids.has(id)) throw batchIdsNotDistinct(id);
    ids.add(id);
    return { id, params: entry };
  });
}

/** Does `act` for every entry; it returns what belongs in the entry's result, or the error, or throws it. */
export function answerBatch(
  entries: readonly BatchEntry[],
  act: (params: Params, index: number) => object | QueueError,
): BatchResult {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [index, { id, params }] of entries.entries()) {
    const result = attempt(() => act(params, index));
    if (result instanceof QueueError) Failed.push(failure(id, result));
    else Successful.push({ Id: id, ...result });
  }
  return { Successful, Failed };
}

const ENTRY_ID = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_NAME_LENGTH}}$`);

function attempt(act: () => object | QueueError): object | QueueError {
  try {
    return act();
  } catch (error) {
    if (error instanceof QueueError) return error;
    throw error;
  }
}

function failure(id: string, { entry, senderFault }: QueueError): object {
  return { Id: id, SenderFault: senderFault, Code: entry.code, Message: entry.message };
}
