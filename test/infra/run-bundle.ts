import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Bundle, environmentOf, type Graph } from "./graph.ts";

const ANSWER_TIMEOUT_MS = 30_000;

/** A handler in a process of its own. */
export interface Running {
  readonly importMs: number;
  handle(event: unknown): Promise<unknown>;
  /** What it wrote to standard output so far. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Runs what the graph would put into a function's zip with the environment it would give it, and what Lambda adds.
 *
 * @param functionName as in the stack, such as `Consumer`
 * @param overrides where AWS's endpoints are on this machine
 * @throws Error with what the process wrote, when it ends before it answers
 */
export async function runBundle(
  graph: Graph,
  functionName: string,
  overrides: Readonly<Record<string, string>>,
): Promise<Running> {
  const bundle = bundleOf(graph, functionName);
  const [name, exportName] = bundle.entry.split(".");
  const env = { ...environmentOf(graph, functionName), ...LAMBDA_ENVIRONMENT, ...overrides };
  const child = fork(
    join(import.meta.dirname, "handler-process.ts"),
    [join(bundle.directory, `${name}.mjs`), exportName!],
    {
      env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  let written = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk: Buffer) => (written += chunk));
  const { importMs } = await next<{ importMs: number }>(child, () => written);
  return {
    importMs,
    async handle(event) {
      child.send(event as object);
      const { answer } = await next<{ answer: unknown }>(child, () => written);
      return answer;
    },
    output: () => written,
    async stop() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

/** Lambda, "Defined runtime environment variables". */
const LAMBDA_ENVIRONMENT = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_SESSION_TOKEN: "local",
  AWS_LAMBDA_FUNCTION_NAME: "function",
};

function bundleOf({ bundles }: Graph, functionName: string): Bundle {
  const found = bundles.find(({ handler }) => handler.includes(`/${functionName.toLowerCase()}/`));
  if (found) return found;
  throw new Error(`Expected a bundle for ${functionName}, got ${bundles.map(({ handler }) => handler).join(", ")}`);
}

async function next<Message>(child: ChildProcess, written: () => string): Promise<Message> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`Expected an answer, but the handler's process ended with ${code}: ${written()}`);
  });
  const [message] = await Promise.race([once(child, "message", { signal }), ended]);
  return message as Message;
}
