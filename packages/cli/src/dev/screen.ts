import { styleText } from "node:util";
import type { Local } from "@penstock/local";

/** Where everything listens, and what to try first. */
export function formatWelcome(local: Local, queuePort: number, receiverPort: number): string {
  const { queueUrl, deadLetterQueueUrl, endpointUrl, receiverUrl } = local;
  const query = local.queryUrl === undefined ? "" : ` --query ${local.queryUrl}`;
  const body = `{"v":1,"series":[{"metric":{"__name__":"demo_total"},"timestamps":['$(date +%s)'000],"values":[1]}]}`;
  const ids = '--message-group-id demo --message-deduplication-id "$(date +%s%N)"';
  return [
    ...moved("queue", queuePort, local.queuePort),
    ...moved("receiver", receiverPort, local.receiverPort),
    `${styleText("bold", "Queue")}         ${queueUrl}`,
    `${styleText("bold", "Dead letters")}  ${deadLetterQueueUrl}`,
    `${styleText("bold", "Receiver")}      ${receiverUrl}`,
    "",
    "Send a sample:",
    `  echo 'demo_total{from="me"} 1' | npx penstock send --queue ${queueUrl}`,
    `  aws sqs send-message --endpoint-url ${endpointUrl} --queue-url ${queueUrl} ${ids} --message-body '${body}'`,
    `  curl ${endpointUrl}/ -H 'X-Amz-Target: AmazonSQS.SendMessage' -H 'Content-Type: application/x-amz-json-1.0' -d '${curlBody(queueUrl)}'`,
    "Read it back:",
    `  npx penstock query demo_total --receiver ${receiverUrl}${query}`,
    "",
    "",
  ].join("\n");
}

function moved(what: string, wanted: number, got: number | undefined): string[] {
  if (wanted === 0 || got === undefined || wanted === got) return [];
  return [`Port ${wanted} of the ${what} is taken; it listens on ${got}.`];
}

/** Quoted for a shell, with the time filled in there. */
function curlBody(queueUrl: string): string {
  const stamp = "STAMP";
  const body = { v: 1, series: [{ metric: { __name__: "demo_total" }, timestamps: [stamp], values: [1] }] };
  const text = JSON.stringify(body).replace(`"${stamp}"`, stamp);
  const call = {
    QueueUrl: queueUrl,
    MessageBody: text,
    MessageGroupId: "demo",
    MessageDeduplicationId: `demo-${stamp}`,
  };
  return JSON.stringify(call).replaceAll(stamp, "'$(date +%s)'000");
}

/** One line that is rewritten on a terminal, and a line each where it is not one. */
export function showLine(text: string): void {
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
}
