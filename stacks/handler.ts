import { bundling } from "./bundling.ts";
import { prefix } from "./stage.ts";

/** What a role may do, and with which resources. */
interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly $util.Input<string>[];
}

export interface HandlerOptions {
  /** From the root of the repository: the file without its extension, a dot, and the exported name. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  readonly permissions: readonly Permission[];
  /** What lies beside the bundle in the zip: from the root of the repository, and its name there. */
  readonly files?: readonly { readonly from: string; readonly to: string }[];
  /** Left out: the function has no URL. */
  readonly url?: "iam" | "none";
  /** Left out: shares the account's concurrency. */
  readonly reservedConcurrency?: number | undefined;
}

const LOG_DAYS = 30;

/** A Lambda function on arm64 that may do what `permissions` say, write its own log, and nothing else. */
export function createHandler(name: string, options: HandlerOptions): sst.aws.Function {
  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${prefix}-${name.toLowerCase()}`,
    retentionInDays: LOG_DAYS,
  });
  const permissions = [
    ...options.permissions,
    { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logs.arn}:*`] },
  ];
  return new sst.aws.Function(name, {
    handler: options.handler,
    runtime: "nodejs24.x",
    architecture: "arm64",
    memory: `${options.memoryMb} MB`,
    timeout: `${options.timeoutSeconds} seconds`,
    environment: { ...options.environment },
    permissions: permissions.map(({ actions, resources }) => ({ actions: [...actions], resources: [...resources] })),
    // Lines are JSON already, metrics in the embedded format among them: Lambda's own JSON would wrap them.
    logging: { format: "text", logGroup: logs.name },
    nodejs: bundling,
    copyFiles: (options.files ?? []).map((file) => ({ ...file })),
    ...(options.url && { url: { authorization: options.url, cors: false } }),
    ...(options.reservedConcurrency !== undefined && { concurrency: { reserved: options.reservedConcurrency } }),
    transform: {
      role: {
        // SST 4.17.1 lets the account's root assume every function's role beside Lambda.
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
        // SST attaches AWSLambdaBasicExecutionRole, which may write every log group of the account.
        managedPolicyArns: [],
      },
    },
  });
}
