import { type IntakeServer, startIntakeServer } from "@penstock/intake";
import { onPort } from "@penstock/local";
import { sqsClientFor, sqsSendBatch } from "@penstock/producer";

/** The intake's doors in front of this queue, on the port or on any free one when it is taken. They ask nobody. */
export async function startDoors(queueUrl: string, port: number): Promise<IntakeServer> {
  const client = sqsClientFor(queueUrl);
  const queue = sqsSendBatch(client, queueUrl);
  const warn = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  const server = await onPort(port, (free) => startIntakeServer({ queue, firehose: "open", port: free, warn }));
  return {
    ...server,
    close: async () => {
      await server.close();
      client.destroy();
    },
  };
}
