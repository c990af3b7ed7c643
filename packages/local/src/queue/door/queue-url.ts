import { ACCOUNT_ID } from "../account.ts";
import { QueueError } from "../errors.ts";

/** `http://127.0.0.1:PORT/000000000000/NAME`: an SDK client finds the door by it, with or without an endpoint set. */
export function formatQueueUrl(doorUrl: string, name: string): string {
  return `${doorUrl}/${ACCOUNT_ID}/${name}`;
}

/** The queue's name, whatever host the client knows the door by. @throws QueueError when it is no queue URL */
export function queueNameOf(queueUrl: string): string {
  const path = URL.parse(queueUrl)?.pathname ?? "";
  const [, account, name, ...rest] = path.split("/");
  if (account === ACCOUNT_ID && name && rest.length === 0) return name;
  throw new QueueError("InvalidAddress", `The address ${queueUrl} is not valid for this endpoint.`, { status: 404 });
}
