/** A resource as SST and Pulumi would ask AWS for it. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  // What a resource holds is its type's own affair; a test reads what it asks about.
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly retainOnDelete: boolean;
}

/** A handler that was bundled. */
export interface Bundle {
  readonly handler: string;
  readonly runtime: string;
  /** The directory that becomes the function's zip. */
  readonly directory: string;
  /** What Lambda is told to run: a file of the directory without its extension, a dot, the exported name. */
  readonly entry: string;
  /** Of the files that are read at a cold start, and of all. */
  readonly importedBytes: number;
  readonly bytes: number;
}

/** What one stage of the application consists of. */
export interface Graph {
  readonly app: { readonly name: string; readonly stage: string; readonly removal: string; readonly protect: boolean };
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
  readonly bundles: readonly Bundle[];
}

/** A statement of an IAM policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

export function allOf(graph: Graph, type: string): readonly Resource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

/** @throws Error when there is not exactly one */
export function oneOf(graph: Graph, type: string, name: string): Resource {
  const found = allOf(graph, type).filter((resource) => resource.name === name);
  if (found.length === 1) return found[0]!;
  const names = allOf(graph, type).map((resource) => resource.name);
  throw new Error(`Expected one ${type} named ${name}, got ${found.length} of ${names.join(", ")}`);
}

/** What a function's role may do, by its own policies; those of others are `managedPolicyArns`. */
export function statementsOf(graph: Graph, functionName: string): readonly Statement[] {
  const { inputs } = oneOf(graph, "aws:iam/role:Role", `${functionName}Role`);
  const policies = inputs.inlinePolicies as readonly { readonly policy: string }[];
  return policies.flatMap(({ policy }) => statementsIn(policy));
}

export function statementsIn(policy: unknown): readonly Statement[] {
  return (JSON.parse(policy as string) as { Statement: readonly Statement[] }).Statement;
}

export function environmentOf(graph: Graph, functionName: string): Readonly<Record<string, string>> {
  const { inputs } = oneOf(graph, "aws:lambda/function:Function", `${functionName}Function`);
  return (inputs.environment as { variables: Record<string, string> }).variables;
}
