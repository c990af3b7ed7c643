import { styleText } from "node:util";
import type { Local } from "@penstock/local";
import { encodeMessage, escapeValue, groupOf, NAME_LABEL, seriesKey } from "@penstock/model";
import type { Faces } from "./faces.ts";

const DEMO = { [NAME_LABEL]: "demo_total", from: "me" };
/** As `penstock send` computes it: whichever line sends the series, it goes to one group, or its order would be lost. */
const DEMO_GROUP: string = groupOf(seriesKey(DEMO));
/** Stands for the time, which the shell fills in. */
const TIME_MARK = 1_111_111_111_111;
const DEMO_BODY: string = encodeMessage({
  v: 1,
  series: [{ metric: DEMO, timestamps: [TIME_MARK], values: [1] }],
});

/** The AWS CLI asks for a region and for credentials; the local queue for neither. */
const NOBODY = "--no-sign-request --region us-east-1";

/** The ports that were asked for. */
interface Ports {
  readonly queuePort: number;
  readonly receiverPort: number;
  readonly doorsPort: number;
  readonly consolePort: number;
}

/** Where everything listens, and what to try first. */
export function formatWelcome(local: Local, { doors, console }: Faces, wanted: Ports): string {
  const { queueUrl, deadLetterQueueUrl, endpointUrl, receiverUrl } = local;
  const query = local.queryUrl === undefined ? "" : ` --query ${local.queryUrl}`;
  const ids = `--message-group-id ${DEMO_GROUP} --message-deduplication-id "$(date +%s%N)"`;
  return [
    ...moved("queue", wanted.queuePort, local.queuePort),
    ...moved("receiver", wanted.receiverPort, local.receiverPort),
    ...moved("doors", wanted.doorsPort, doors.port),
    ...moved("console", wanted.consolePort, console.port),
    `${styleText("bold", "Queue")}         ${queueUrl}`,
    `${styleText("bold", "Dead letters")}  ${deadLetterQueueUrl}`,
    `${styleText("bold", "Receiver")}      ${receiverUrl}`,
    `${styleText("bold", "Doors")}         ${doors.url}  (remote write, OTLP, Pushgateway, JSON: docs/doors.md)`,
    `${styleText("bold", "Console")}       ${console.url}`,
    "",
    "Send a sample (its group follows from its labels; for another series, `penstock send` finds it):",
    `  echo '${DEMO[NAME_LABEL]}{from="${escapeValue(DEMO.from)}"} 1' | npx penstock send --queue ${queueUrl}`,
    `  aws sqs send-message ${NOBODY} --endpoint-url ${endpointUrl} --queue-url ${queueUrl} ${ids} --message-body '${timely(DEMO_BODY)}'`,
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

/** A call of SendMessage. */
function curlBody(queueUrl: string): string {
  const ids = { MessageGroupId: DEMO_GROUP, MessageDeduplicationId: "demo-ID" };
  const call = JSON.stringify({ QueueUrl: queueUrl, MessageBody: DEMO_BODY, ...ids });
  return timely(call).replace("demo-ID", "demo-'$(date +%s%N)'");
}

/** With the time, where it stands between the single quotes of a shell. */
function timely(json: string): string {
  return json.replace(String(TIME_MARK), "'$(date +%s)'000");
}

/** One line that is rewritten on a terminal, and a line each where it is not one. */
export function showLine(text: string): void {
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
}
