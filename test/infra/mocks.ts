const ACCOUNT = "123456789012";
const REGION = "eu-west-1";

type Inputs = Readonly<Record<string, unknown>>;

const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

/** What AWS would say of a new resource beside what it was asked for. */
export function stateOf(type: string, name: string, inputs: Inputs): Inputs {
  const physical = String(inputs.name ?? name);
  switch (type) {
    case "aws:sqs/queue:Queue":
      return {
        arn: arn("sqs", physical),
        url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${physical}`,
        name: physical,
      };
    case "aws:amp/workspace:Workspace":
      return workspace(`ws-${name}`);
    case "aws:lambda/function:Function":
      return { arn: arn("lambda", `function:${physical}`), name: physical, version: "$LATEST" };
    case "aws:lambda/functionUrl:FunctionUrl":
      return { functionUrl: `https://${name.toLowerCase()}.lambda-url.${REGION}.on.aws/` };
    case "aws:iam/role:Role":
      return { arn: `arn:aws:iam::${ACCOUNT}:role/${physical}` };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { arn: arn("logs", `log-group:${physical}`), name: physical };
    case "random:index/randomBytes:RandomBytes":
      return { base64: Buffer.alloc(Number(inputs.length), 7).toString("base64") };
    default:
      return { arn: arn(type.split(/[:/]/)[1] ?? "mock", physical) };
  }
}

/** What AWS would answer to the functions of the provider that stacks and components call. */
export function answerCall(token: string, inputs: Inputs): Record<string, unknown> {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { id: REGION, region: REGION };
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: ACCOUNT, accountId: ACCOUNT };
    case "aws:amp/getWorkspace:getWorkspace":
      return { workspaceId: inputs.workspaceId, ...workspace(String(inputs.workspaceId)) };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return { ...inputs, json: policyDocument(inputs.statements as readonly PolicyStatement[] | undefined) };
    default:
      throw new Error(`Expected a function of the provider that has an answer in mocks.ts, got ${token}`);
  }
}

function workspace(id: string): Inputs {
  const prometheusEndpoint = `https://aps-workspaces.${REGION}.amazonaws.com/workspaces/${id}/`;
  return { id, arn: arn("aps", `workspace/${id}`), prometheusEndpoint };
}

interface PolicyStatement {
  readonly effect?: string;
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly conditions?: unknown;
}

function policyDocument(statements: readonly PolicyStatement[] = []): string {
  const Statement = statements.map(({ effect, actions, resources, principals, conditions }) => ({
    Effect: effect ?? "Allow",
    ...(principals && { Principal: Object.fromEntries(principals.map((each) => [each.type, each.identifiers])) }),
    Action: actions,
    Resource: resources,
    Condition: conditions,
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
