import { QueueError, unsupported } from "../errors.ts";

/** AWS JSON 1.0: what AWS SDKs and the AWS CLI speak since November 2023. */
const JSON_PROTOCOL = "application/x-amz-json-1.0";
const QUERY_PROTOCOL = "application/x-www-form-urlencoded";
const TARGET_PREFIX = "AmazonSQS.";

/** What of a request says which action it asks for. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** @throws QueueError with what to do, for anything but a call in the JSON protocol */
export function actionOf({ method, headers }: RequestHead): string {
  const target = headers["x-amz-target"];
  if (method === "POST" && isOf(headers, JSON_PROTOCOL) && typeof target === "string") {
    if (target.startsWith(TARGET_PREFIX)) return target.slice(TARGET_PREFIX.length);
    throw unsupported(`Expected an action of SQS, got \`${target}\`. Only SQS is here.`);
  }
  if (isOf(headers, QUERY_PROTOCOL)) {
    throw unsupported(
      "This local queue speaks the AWS JSON protocol only, not the Query protocol. " +
        "Use an AWS SDK or CLI released since November 2023.",
    );
  }
  throw unsupported(
    `This is a local SQS FIFO queue. Expected a POST of ${JSON_PROTOCOL} with the header X-Amz-Target, as AWS SDKs send.`,
  );
}

/** An answer before it is written. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function success(result: object): Answer {
  return { status: 200, headers: { "content-type": JSON_PROTOCOL }, body: JSON.stringify(result) };
}

/** The error as the client's protocol has it: a Query client only understands XML. */
export function failure(error: QueueError, head: RequestHead): Answer {
  return isOf(head.headers, QUERY_PROTOCOL) ? queryFailure(error) : jsonFailure(error);
}

/** A defect of ours: the client hears of it as SQS would say it. */
export function internalFailure(error: unknown): QueueError {
  const detail = error instanceof Error ? error.message : String(error);
  return new QueueError("InternalFailure", `The local queue failed: ${detail}`, { status: 500 });
}

function jsonFailure({ code, queryCode, status, message, senderFault }: QueueError): Answer {
  const headers = {
    "content-type": JSON_PROTOCOL,
    // Clients of the older protocol know errors by these codes; SDKs read them as `error.Error.Code`.
    "x-amzn-query-error": `${queryCode};${senderFault ? "Sender" : "Receiver"}`,
  };
  return { status, headers, body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }) };
}

function queryFailure({ queryCode, status, message, senderFault }: QueueError): Answer {
  const type = senderFault ? "Sender" : "Receiver";
  const error = `<Type>${type}</Type><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message>`;
  const body = `<?xml version="1.0"?><ErrorResponse><Error>${error}</Error></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

function isOf(headers: RequestHead["headers"], type: string): boolean {
  return headers["content-type"]?.toString().startsWith(type) ?? false;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
