/** One statement of a queue's policy; the resource is the queue. */
export interface Allowed {
  readonly Sid: string;
  readonly Principal: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, $util.Input<string>>>>>;
}

/** What a queue's policy says: no call without TLS, whoever makes it, and what is allowed beside the roles of the account. */
export function queuePolicy(name: string, queue: sst.aws.Queue, allowed: readonly Allowed[] = []): aws.sqs.QueuePolicy {
  const tlsOnly = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: queue.arn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const allow = allowed.map((statement) => ({ ...statement, Effect: "Allow", Resource: queue.arn }));
  const policy = $jsonStringify({ Version: "2012-10-17", Statement: [tlsOnly, ...allow] });
  return new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy });
}
