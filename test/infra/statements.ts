import type { Statement } from "./graph.ts";

/** What an event source mapping and the handler need of a queue. */
export const TAKE: readonly string[] = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:GetQueueAttributes",
];

export function arn(service: string, rest: string): string {
  return `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
}

export function allow(actions: readonly string[], resource: string): Statement {
  return { Effect: "Allow", Action: actions, Resource: [resource] };
}

/** A function writes to its own log. */
export function logs(stage: string, name: string): Statement {
  const streams = arn("logs", `log-group:/aws/lambda/penstock-${stage}-${name}:*`);
  return allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams);
}
