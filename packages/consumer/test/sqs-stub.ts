import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SQSClient } from "@aws-sdk/client-sqs";

/** One entry of a SendMessageBatch. */
interface SentEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/** What becomes of one entry; `undefined` takes it, `silent` takes it and does not say so. */
type EntryFate = undefined | "silent" | { readonly Code: string; readonly SenderFault: boolean };

export interface SqsStub {
  readonly queueUrl: string;
  readonly client: SQSClient;
  readonly calls: SentEntry[][];
  /** Decides over each entry of each call, or over the whole call: `hang` never answers, a number is an HTTP status. */
  answer: (entry: SentEntry, call: number) => EntryFate | "hang" | number;
  close(): Promise<void>;
}

/** SendMessageBatch as SQS speaks it. */
export async function startSqsStub(): Promise<SqsStub> {
  const calls: SentEntry[][] = [];
  const server = createServer(async (request, response) => {
    const { Entries } = JSON.parse(await text(request)) as { Entries: SentEntry[] };
    const call = calls.push(Entries);
    const fates = Entries.map((entry) => stub.answer(entry, call));
    if (fates.includes("hang")) return;
    const status = fates.find((fate) => typeof fate === "number");
    response.writeHead(status ?? 200, { "content-type": "application/x-amz-json-1.0" });
    if (status !== undefined) return void response.end('{"__type":"com.amazonaws.sqs#Odd","message":"odd"}');
    const Successful = Entries.filter((_, i) => fates[i] === undefined).map(({ Id, MessageBody }) => ({
      Id,
      MessageId: crypto.randomUUID(),
      MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
      SequenceNumber: "1",
    }));
    const Failed = Entries.flatMap(({ Id }, i) => {
      const fate = fates[i];
      return typeof fate === "object" ? [{ Id, Message: "no", ...fate }] : [];
    });
    response.end(JSON.stringify({ Successful, Failed }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SQSClient({
    endpoint: url,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
  });
  const stub: SqsStub = {
    queueUrl: `${url}/000000000000/dead.fifo`,
    client,
    calls,
    answer: () => undefined,
    async close() {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return stub;
}
